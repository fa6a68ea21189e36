package app.dayfly.android.flow

import android.Manifest
import android.app.Application
import android.content.ClipboardManager
import androidx.annotation.StringRes
import androidx.compose.ui.semantics.AccessibilityAction
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasScrollAction
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextInput
import androidx.test.core.app.ActivityScenario
import androidx.test.core.app.ApplicationProvider
import app.dayfly.DEADLINE
import app.dayfly.Tracker
import app.dayfly.android.Graph
import app.dayfly.android.MainActivity
import app.dayfly.android.R
import app.dayfly.android.graph
import app.dayfly.android.phone.eventually
import app.dayfly.android.phone.idle
import app.dayfly.android.session.Session
import app.dayfly.android.settings.OwnRelay
import app.dayfly.android.settings.Secrets
import app.dayfly.core.KeyStoreException
import kotlinx.coroutines.runBlocking
import org.junit.After
import org.junit.Before
import org.junit.Rule
import org.robolectric.Shadows.shadowOf

/**
 * What the flows share: the app as it is, with its process, on the real core; a tracker beside it, so that
 * nothing beyond this machine is contacted; a finger, and waiting with a deadline. It knows what is on a
 * screen only by its words, as a person does.
 */
internal abstract class Flow {
    @get:Rule
    val rule = createEmptyComposeRule()

    protected val app: Application = ApplicationProvider.getApplicationContext()
    protected lateinit var tracker: Tracker
    private var scenario: ActivityScenario<MainActivity>? = null

    protected val graph: Graph
        get() = app.graph

    protected val session: Session
        get() = graph.session

    @Before
    fun onThisMachineAlone() {
        tracker = Tracker()
        shadowOf(app).grantPermissions(Manifest.permission.POST_NOTIFICATIONS)
        graph.settings.update {
            it.copy(name = MY_NAME, trackers = listOf(tracker.url), nostr = false, dht = false, lan = false)
        }
        // Instead of the usual servers, which are elsewhere; nothing listens there.
        val relay = Secrets(relay = OwnRelay("turn:127.0.0.1:9?transport=tcp", "nobody", "nothing"))
        try {
            runBlocking { graph.secrets.save(relay) }
        } catch (_: KeyStoreException) {
            // There is no key store here. They hold until the process ends, and that is enough.
        }
    }

    @After
    fun end() {
        session.panic()
        eventually("the room is wiped") { !session.running.value }
        scenario?.close()
        tracker.close()
    }

    /** The app is tapped on the home screen of the phone. */
    protected fun start(): ActivityScenario<MainActivity> =
        ActivityScenario.launch(MainActivity::class.java).also { scenario = it }

    /** And its one page before everything else is agreed to. */
    protected fun startAtHome(): ActivityScenario<MainActivity> = start().also {
        tap(R.string.welcome_accept)
        see(R.string.home_no_list)
    }

    protected fun words(@StringRes id: Int, vararg arguments: Any): String = app.getString(id, *arguments)

    /** Lets the app work and draw until [holds]. What the core tells comes by the main thread's queue. */
    protected fun waitFor(what: String, holds: () -> Boolean) = try {
        rule.waitUntil(what, DEADLINE.toMillis()) {
            idle()
            holds()
        }
    } catch (@Suppress("TooGenericExceptionCaught") failed: Throwable) {
        throw AssertionError("still not: $what. On the screen:\n${everything()}", failed)
    }

    protected fun isThere(matcher: SemanticsMatcher): Boolean =
        rule.onAllNodes(matcher).fetchSemanticsNodes(atLeastOneRootRequired = false).isNotEmpty()

    protected fun see(matcher: SemanticsMatcher) = waitFor(matcher.description) { isThere(matcher) }

    protected fun see(@StringRes id: Int) = see(hasText(words(id), substring = true))

    protected fun tap(@StringRes id: Int) =
        tap((hasText(words(id)) or hasContentDescription(words(id))) and hasClickAction())

    /** Taps what is there or will be, and brings it on the screen before. */
    protected fun tap(matcher: SemanticsMatcher) {
        see(matcher)
        val node = rule.onNode(matcher)
        if (isThere(matcher and hasAnyAncestor(hasScrollAction()))) node.performScrollTo()
        node.performClick()
    }

    /** What a screen reader calls a message: others' names and words may stand elsewhere too. */
    protected fun message(text: String): SemanticsMatcher =
        hasText(text, substring = true) and SemanticsMatcher.keyIsDefined(SemanticsActions.CustomActions)

    protected fun write(text: String) {
        see(hasTestTag("composer"))
        rule.onNodeWithTag("composer").performTextInput(text)
    }

    protected fun say(text: String) {
        write(text)
        tap(R.string.room_send)
        see(message(text))
    }

    /** Opens a Dayfly room by the one button for it. */
    protected fun openRoom() {
        tap(R.string.room_native_open)
        see(hasTestTag("composer"))
    }

    /** The room's link as a person gets it: copied from the invite, where [button] copies it. */
    protected fun copiedLink(button: SemanticsMatcher = hasText(words(R.string.invite_copy))): String {
        tap(R.string.room_alone_invite)
        tap(button and hasClickAction())
        tap(R.string.back)
        return checkNotNull(clipboard()) { "nothing was copied" }
    }

    protected fun clipboard(): String? =
        app.getSystemService(ClipboardManager::class.java).primaryClip?.getItemAt(0)?.text?.toString()

    protected fun leave() {
        tap(R.string.room_more)
        tap(R.string.room_leave)
        see(R.string.home_no_list)
    }

    /** Everything that is on the screen or told to a screen reader, as text. */
    protected fun everything(): String = buildString {
        fun add(node: SemanticsNode) {
            for ((key, value) in node.config) {
                if (value !is AccessibilityAction<*>) append(key.name).append(": ").append(value).append('\n')
            }
            node.children.forEach { add(it) }
        }
        rule.onAllNodes(isRoot(), useUnmergedTree = true)
            .fetchSemanticsNodes(atLeastOneRootRequired = false)
            .forEach { add(it) }
    }

    protected companion object {
        const val MY_NAME = "Canary Ada"
    }
}
