package app.dayfly.android.people

import androidx.compose.runtime.Composable
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import app.dayfly.android.R
import app.dayfly.android.session.Refusal
import app.dayfly.android.testing.Shots
import app.dayfly.android.testing.Variant
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.Trust
import app.dayfly.core.proto.Via
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment

/** The members, one member, the room's options and reports, as they look. */
@RunWith(RobolectricTestRunner::class)
class PeopleShotsTest {
    @get:Rule
    val shots = Shots()

    private val bob = member("Bob", trust = Trust.VERIFIED)
    private val cat = member("Кіт", id = "cat", via = Via.RELAY)
    private val dan = page("Dan")
    private val bob2 = member("Bob", id = "bob2", trust = Trust.KNOWN, state = MemberState.BACKGROUND)
    private val some = roomOf(
        bob.copy(sameName = true),
        cat.copy(muted = true),
        dan,
        bob2.copy(sameName = true, blocked = true),
        member("Eve", trust = Trust.NONE, state = MemberState.RECONNECTING),
    )

    @Composable
    private fun Members(state: MembersState, refusal: Refusal? = null) =
        DayflyTheme { MembersScreen(state, refusal, idle()) }

    @Test
    fun members() = shots.draw("people-members") { Members(membersState(some, "")) }

    @Test
    fun membersAlone() = shots.draw("people-alone", few) { Members(membersState(roomOf(), "")) }

    @Test
    fun membersMany() {
        val crowd = (1..24).map { member("Person $it", trust = Trust.entries[it % 3 + 3]) }
        shots.draw("people-many", few) { Members(membersState(roomOf(*crowd.toTypedArray()), "person 1")) }
    }

    @Test
    fun membersRefused() = shots.draw("people-refused", few) {
        val refusal = Refusal(ErrorKind.BAD_TEXT, "The name is empty.", "Write at least one letter.")
        Members(membersState(roomOf(bob), ""), refusal)
    }

    @Test
    fun rename() = shots.draw(
        "people-rename",
        few,
        act = { onNodeWithContentDescription(words(R.string.people_rename)).performClick() },
    ) { Members(membersState(roomOf(bob), "")) }

    @Composable
    private fun Member(room: app.dayfly.RoomState, id: String) =
        DayflyTheme { MemberScreen(checkNotNull(memberPage(room, id, null)), null, idle()) }

    @Test
    fun memberNew() = shots.draw("people-member-new") { Member(roomOf(cat), "cat") }

    @Test
    fun memberVerified() = shots.draw("people-member-verified", few) {
        val kept = bob.copy(kept = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
        Member(roomOf(kept, me = ada.copy(owner = false)), "bob")
    }

    @Test
    fun memberWeb() = shots.draw("people-member-web", few) {
        Member(roomOf(dan.copy(sameKey = true), room = webRoom, me = ada.copy(owner = false)), "dan")
    }

    @Test
    fun memberOwner() = shots.draw(
        "people-member-owner",
        few,
        act = { onNodeWithText(words(R.string.people_report)).performScrollTo() },
    ) { Member(roomOf(cat), "cat") }

    @Test
    fun remove() = shots.draw(
        "people-remove",
        act = { onNodeWithText(words(R.string.people_remove)).performScrollTo().performClick() },
    ) { Member(roomOf(cat), "cat") }

    @Test
    fun handOver() = shots.draw(
        "people-hand-over",
        few,
        act = { onNodeWithText(words(R.string.people_hand_over)).performScrollTo().performClick() },
    ) { Member(roomOf(cat), "cat") }

    @Composable
    private fun Options(room: app.dayfly.RoomState) =
        DayflyTheme { RoomOptionsScreen(roomOptionsState(room), null, idle()) }

    @Test
    fun optionsOwner() = shots.draw("options-owner") {
        Options(roomOf(bob, room = nativeRoom.copy(password = true, expireSeconds = 300u, generation = 2u)))
    }

    @Test
    fun optionsFoot() = shots.draw(
        "options-foot",
        few,
        act = { onNodeWithText(words(R.string.options_close)).performScrollTo() },
    ) { Options(roomOf(bob, room = nativeRoom.copy(history = HistoryPolicy.Items(50u)))) }

    @Test
    fun optionsGuest() = shots.draw("options-guest", few) {
        Options(
            roomOf(
                bob.copy(owner = true),
                me = ada.copy(owner = false),
                room = nativeRoom.copy(owner = "bob", locked = true, slowSeconds = 15u),
            ),
        )
    }

    @Test
    fun optionsAway() = shots.draw("options-away", few) {
        val away = nativeRoom.copy(owner = "bob", ownerHere = false, history = HistoryPolicy.Off)
        Options(roomOf(me = ada.copy(owner = false), room = away))
    }

    @Test
    fun optionsWeb() = shots.draw("options-web", few) {
        Options(roomOf(me = ada.copy(owner = false), room = webRoom))
    }

    @Test
    fun optionsExpiry() = shots.draw(
        "options-expiry",
        few,
        act = { onNodeWithText(words(R.string.options_expire)).performScrollTo().performClick() },
    ) { Options(roomOf(bob)) }

    @Test
    fun optionsClose() = shots.draw(
        "options-close",
        few,
        act = { onNodeWithText(words(R.string.options_close)).performScrollTo().performClick() },
    ) { Options(roomOf(bob)) }

    private val talk = roomOf(cat).copy(
        messages = listOf(
            said("Hello, everybody", "cat"),
            said("You will regret that you came here.", "cat"),
            said("I know where you live.", "cat").copy(confirmed = false),
        ),
    )

    private fun report(contact: String?, part: ReportPart) =
        reportState(talk, "cat", Reported("Кіт", cat.fingerprint), part, contact)

    @Composable
    private fun Report(state: ReportState) = DayflyTheme { ReportScreen(state, idle()) }

    @Test
    fun reportNobody() = shots.draw("report-nobody") { Report(report(null, ReportPart())) }

    @Test
    fun reportChoose() = shots.draw("report-choose", few) {
        Report(report("abuse@example.org", ReportPart(setOf("I know where you live."))))
    }

    @Test
    fun reportSee() = shots.draw("report-see", few) {
        val part = ReportPart(setOf("I know where you live.", "You will regret that you came here."), seeing = true)
        Report(report("abuse@example.org", part))
    }
}

/** Where four pictures would tell little more than two. */
internal val few = listOf(Variant.DARK, Variant.LARGE)

/** A string in the language that is drawn at the moment. */
internal fun words(id: Int): String = RuntimeEnvironment.getApplication().getString(id)
