package app.dayfly.android.phone

import android.app.Application
import android.content.ClipboardManager
import android.content.Intent
import android.net.ConnectivityManager
import app.dayfly.Dayfly
import app.dayfly.android.MainActivity
import app.dayfly.android.session.Session
import app.dayfly.android.session.roomOptions
import app.dayfly.android.settings.Secrets
import app.dayfly.android.settings.SettingsStore
import app.dayfly.core.engine.RoomOptions
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import java.io.File

/**
 * The app's life on a phone, as one part of the process: the session and everything the system has to be
 * told or tells. It owns how these are joined; each does its own. [start] is called once, with the process.
 *
 * [files] is a directory that no backup takes.
 */
internal class Phone(
    private val app: Application,
    private val scope: CoroutineScope,
    files: File,
    private val settings: SettingsStore,
    private val secrets: suspend () -> Secrets,
) {
    private val presence = Presence()

    /** What the settings mean for a room at present, but for a password. */
    suspend fun roomOptions(): RoomOptions = roomOptions(settings.now, secrets())

    private val shown = MutableStateFlow(false)

    /** What came from outside and waits. */
    val arrivals = Arrivals()

    /** The kept identity, if there is one. */
    val kept = KeptStore(files, DeviceKeys("kept-identity"))

    /** The room, and the way into it. */
    val session =
        Session(
            scope = scope,
            start = { Dayfly.start(LanDiscovery(SystemNsd(app))) },
            options = { roomOptions() },
            kept = { if (settings.now.showKept) kept.open() else null },
        )

    /** Copying and pasting. */
    val clipboard = Clipboard(scope, app.getSystemService(ClipboardManager::class.java), presence.inFront)

    /** The sounds of new messages. */
    val sounds = Sounds(app)

    /** The notifications. */
    val notices =
        RoomNotices(
            context = app,
            inFront = presence.inFront,
            roomShown = shown.asStateFlow(),
            home = ::homeIntent,
            shows = { settings.now.notices },
            sound = { sounds.play(settings.now.sound) },
        )

    private val network = NetworkWatch(scope) { session.networkChanged() }
    private val lost = LostRoom(files)

    /** Whether the last process ended with a room in it; said once. */
    val roomWasLost: Boolean = lost.takeLost()

    /** Whether there is any network. */
    val online: StateFlow<Boolean> = network.online

    /** Begins to watch the system. */
    fun start() {
        app.registerActivityLifecycleCallbacks(presence)
        notices.start()
        notices.follow(scope, session.room)
        network.start(app.getSystemService(ConnectivityManager::class.java))
        RoomKeeper(app, scope, session, presence.inFront, lost).start()
        // A link to a room is worth nothing to its owner when the room is over.
        scope.launch { session.running.collect { if (!it) clipboard.clear() } }
    }

    /** The room's conversation is on the screen, or no longer: what is seen makes no sound. */
    fun roomShown(on: Boolean) {
        shown.value = on
    }

    /** What opens the app, and says nothing. */
    fun homeIntent(): Intent = Intent(app, MainActivity::class.java).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK)
}
