package app.dayfly.android.people

import androidx.compose.runtime.Composable
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import app.dayfly.android.R
import app.dayfly.android.testing.Shots
import app.dayfly.android.testing.Variant
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.theme.Space
import app.dayfly.core.proto.VerificationState
import app.dayfly.core.qrEncode
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** Comparing codes, at every step, as it looks. */
@RunWith(RobolectricTestRunner::class)
class VerifyShotsTest {
    @get:Rule
    val shots = Shots()

    private val bob = member("Bob")

    private fun pair(state: VerificationState?, code: Boolean = false, part: VerifyPart = VerifyPart(took = true)) =
        verifyState(
            roomOf(bob).copy(verifications = state?.let { mapOf("bob" to step(it, code)) }.orEmpty()),
            "bob",
            part,
        )

    @Composable
    private fun Pair(state: VerifyState) = DayflyTheme { VerifyScreen(state, null, idle()) }

    @Test
    fun intro() = shots.draw("verify-intro", few) { Pair(pair(null, part = VerifyPart())) }

    @Test
    fun asked() = shots.draw("verify-asked", few) { Pair(pair(VerificationState.ASKED)) }

    @Test
    fun waiting() = shots.draw("verify-waiting", one) { Pair(pair(VerificationState.WAITING)) }

    @Test
    fun compare() = shots.draw("verify-compare") { Pair(pair(VerificationState.COMPARE, code = true)) }

    @Test
    fun compareFoot() = shots.draw(
        "verify-compare-foot",
        listOf(Variant.LARGE),
        act = { onNodeWithText(words(R.string.verify_not_now)).performScrollTo() },
    ) { Pair(pair(VerificationState.COMPARE, code = true)) }

    @Test
    fun differ() = shots.draw(
        "verify-differ",
        one,
        act = { onNodeWithText(words(R.string.verify_differ)).performScrollTo().performClick() },
    ) { Pair(pair(VerificationState.COMPARE, code = true)) }

    @Test
    fun confirmed() = shots.draw("verify-confirmed", one) {
        Pair(pair(VerificationState.WAITING, part = VerifyPart(took = true, confirmed = true)))
    }

    @Test
    fun done() = shots.draw("verify-done", few) { Pair(pair(VerificationState.DONE)) }

    @Test
    fun mismatch() = shots.draw("verify-mismatch") { Pair(pair(VerificationState.MISMATCH)) }

    @Test
    fun cancelled() = shots.draw("verify-cancelled", one) { Pair(pair(VerificationState.CANCELLED)) }

    @Test
    fun timedOut() = shots.draw("verify-timed-out", one) { Pair(pair(VerificationState.TIMED_OUT)) }

    @Composable
    private fun Group(state: VerifyState) = DayflyTheme { GroupCheckScreen(state, null, idle()) }

    private fun group(state: VerificationState?, code: Boolean = false) = verifyState(
        roomOf(bob, member("Cat"), page("Dan"))
            .copy(groupCheck = state?.let { step(it, code, listOf("bob", "cat")) }),
        null,
        VerifyPart(took = state != null),
    )

    @Test
    fun groupIntro() = shots.draw("group-intro", few) { Group(group(null)) }

    @Test
    fun groupAlone() = shots.draw("group-alone", one) { Group(verifyState(roomOf(), null, VerifyPart())) }

    @Test
    fun groupCompare() = shots.draw("group-compare", few) { Group(group(VerificationState.COMPARE, code = true)) }

    @Test
    fun groupDone() = shots.draw("group-done", one) { Group(group(VerificationState.DONE)) }

    @Test
    fun groupMismatch() = shots.draw("group-mismatch", few) { Group(group(VerificationState.MISMATCH)) }

    @Composable
    private fun InPerson(state: InPersonState) = DayflyTheme { InPersonScreen(state, null, idle()) }

    @Test
    fun choose() = shots.draw("in-person-choose", few) { InPerson(InPersonState.Choose) }

    @Test
    fun shown() = shots.draw("in-person-shown") {
        val code = qrEncode("dayfly-check:AAAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQTCQKRMFYYDENBWHA5DYPQAAAQEAYEAUDAOCAJ")
        InPerson(InPersonState.Shown(code, 97))
    }

    @Test
    fun tick() = shots.draw("in-person-tick") { InPerson(InPersonState.Tick("Bob")) }

    @Test
    fun scanned() = shots.draw("in-person-scanned", few) { InPerson(InPersonState.Scanned("Bob")) }

    @Test
    fun notTaken() = shots.draw("in-person-not-taken", one) { InPerson(InPersonState.NotTaken) }

    @Test
    fun notHim() = shots.draw("in-person-mismatch", one) { InPerson(InPersonState.Mismatch("Bob")) }

    @Test
    fun banner() = shots.draw("verify-banner", few) {
        DayflyTheme {
            androidx.compose.material3.Surface {
                androidx.compose.foundation.layout.Column(
                    verticalArrangement = androidx.compose.foundation.layout.Arrangement.spacedBy(Space.small),
                ) {
                    CheckBanner(CheckAsk.Compare("bob", "Bob"), {}, {})
                    CheckBanner(CheckAsk.Tick("Bob"), {}, {})
                    CheckBanner(CheckAsk.Group, {}, {})
                }
            }
        }
    }
}

/** Where words and places are those of another picture. */
internal val one = listOf(Variant.LIGHT)
