package app.dayfly.android

import android.app.Application
import app.dayfly.android.people.RoomHold
import app.dayfly.android.phone.DeviceKeys
import app.dayfly.android.phone.Phone
import app.dayfly.android.session.Session
import app.dayfly.android.settings.Secrets
import app.dayfly.android.settings.SecretsStore
import app.dayfly.android.settings.SettingsStore
import app.dayfly.core.DayflyException
import app.dayfly.core.KeyStoreException
import app.dayfly.core.engine.ErrorKind
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import java.io.File

/**
 * What lives as long as the process, made by hand and when it is first asked for. Every part takes what it
 * needs as arguments, so tests make parts without a graph.
 */
internal class Graph(val app: Application) {
    /** For what outlives every screen. It ends with the process. */
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)

    /** A directory of the app's own that no backup takes: all files of the app are in it. */
    val files: File by lazy { app.noBackupFilesDir }

    val settings: SettingsStore by lazy { SettingsStore(files) }

    /** The relay and the proxy. Their key is another than the kept identity's, so that one can go alone. */
    val secrets: SecretsStore by lazy { SecretsStore(files, DeviceKeys("connections")) }

    /** The room and everything the system has to be told of it. */
    val phone: Phone by lazy { Phone(app, scope, files, settings) { openedSecrets() } }

    /** What goes on in the room whichever screen is seen. */
    val roomHold: RoomHold by lazy { RoomHold(scope, session.room) }

    val session: Session
        get() = phone.session

    /** The relay and the proxy for a room; where they do not open, no room is opened without them. */
    private suspend fun openedSecrets(): Secrets = try {
        secrets.load()
    } catch (_: KeyStoreException) {
        throw DayflyException.Refused(ErrorKind.KEY_STORE, app.getString(R.string.secrets_not_opened), null)
    }
}
