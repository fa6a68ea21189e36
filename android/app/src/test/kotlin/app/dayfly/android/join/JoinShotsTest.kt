package app.dayfly.android.join

import app.dayfly.android.phone.AskForNoticesDialog
import app.dayfly.android.session.Destination
import app.dayfly.android.session.Refusal
import app.dayfly.android.session.Step
import app.dayfly.android.session.Way
import app.dayfly.android.testing.Shots
import app.dayfly.android.theme.Appearance
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.engine.ManualCode
import app.dayfly.core.proto.InviteAccess
import app.dayfly.core.proto.InviteKind
import app.dayfly.core.qrEncode
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** The steps of the way into a room, drawn. */
@RunWith(RobolectricTestRunner::class)
class JoinShotsTest {
    @get:Rule
    val shots = Shots()

    private val native = Destination(InviteKind.NATIVE, "", emptyList(), InviteAccess.PRIVATE_AND_PASSWORD)
    private val web = Destination(InviteKind.WEB, "tea at five", listOf("chitchatter.im"), InviteAccess.PUBLIC)

    @Test
    fun entry() = draw(
        "join-entry",
        JoinState.Entry(
            problem = Refusal(ErrorKind.BAD_INVITE, "This is no invite.", "Copy the whole link and try again."),
        ),
    )

    @Test
    fun offer() = draw("join-offer", JoinState.Offer(Way.INVITE, native, "Ada", leavesRoom = false))

    @Test
    fun offerInsideARoom() = draw("join-offer-web", JoinState.Offer(Way.INVITE, web, "", leavesRoom = true))

    @Test
    fun searching() = draw("join-searching", JoinState.Working(Step.SEARCHING))

    @Test
    fun password() = draw("join-password", JoinState.Password(native, "open", wrong = true))

    @Test
    fun answer() {
        val text = "dayfly:" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".repeat(6)
        draw("join-answer", JoinState.ShowAnswer(ManualCode(text, qrEncode(text))))
    }

    @Test
    fun failed() = draw(
        "join-failed",
        JoinState.Failed(
            Refusal(
                ErrorKind.NOBODY_THERE,
                "Nobody shows a code with this number.",
                "Ask whether it is still on their screen.",
            ),
            canRetry = true,
        ),
    )

    @Test
    fun links() = shots.draw("join-links") { DayflyTheme(Appearance.SYSTEM, false) { LinksHelp({}, {}) } }

    @Test
    fun askForNotices() = shots.draw("phone-ask-notices") {
        DayflyTheme(Appearance.SYSTEM, false) { AskForNoticesDialog({}, {}) }
    }

    private fun draw(name: String, state: JoinState) = shots.draw(name) {
        DayflyTheme(Appearance.SYSTEM, false) { JoinScreen(state, NoActions) }
    }

    private object NoActions : JoinActions {
        override fun onBack() = Unit

        override fun onTyped(text: String) = Unit

        override fun onGo() = Unit

        override fun onPaste() = Unit

        override fun onScan() = Unit

        override fun onCopyAnswer() = Unit

        override fun onLinksHelp() = Unit

        override fun onRestart() = Unit
    }
}
