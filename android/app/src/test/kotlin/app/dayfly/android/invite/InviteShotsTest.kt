package app.dayfly.android.invite

import androidx.compose.runtime.Composable
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performScrollTo
import app.dayfly.android.R
import app.dayfly.android.people.few
import app.dayfly.android.people.idle
import app.dayfly.android.people.nativeRoom
import app.dayfly.android.people.one
import app.dayfly.android.people.roomOf
import app.dayfly.android.people.webRoom
import app.dayfly.android.people.words
import app.dayfly.android.testing.Shots
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.core.engine.ManualCode
import app.dayfly.core.proto.CodeEnd
import app.dayfly.core.proto.CodeLanguage
import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.InviteAccess
import app.dayfly.core.proto.InviteInfo
import app.dayfly.core.proto.InviteKind
import app.dayfly.core.proto.Island
import app.dayfly.core.proto.RoomInfo
import app.dayfly.core.qrEncode
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

internal val nativeInvite = InviteInfo(
    kind = InviteKind.NATIVE,
    room = "",
    access = InviteAccess.PRIVATE,
    history = HistoryPolicy.Members,
    hasOwner = true,
    islands = emptyList(),
    trackers = emptyList(),
    link = "dayfly:" + "AEBAGBAFAYDQQCIKBMGA2DQPCAIREEYUCULBOGAZ".repeat(4),
    urls = emptyList(),
)

internal val webInvite = nativeInvite.copy(
    kind = InviteKind.WEB,
    room = "tea",
    access = InviteAccess.PRIVATE,
    history = null,
    islands = listOf(Island("https://chitchatter.im", "undefined"), Island("https://chat.example.org", "undefined")),
    urls = listOf(
        "https://chitchatter.im/private/tea#secret=47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D",
        "https://chat.example.org/private/tea#secret=47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D",
    ),
)

/** Inviting somebody, in every way, as it looks. */
@RunWith(RobolectricTestRunner::class)
class InviteShotsTest {
    @get:Rule
    val shots = Shots()

    private fun state(info: InviteInfo, room: RoomInfo, left: Int? = null): InviteState {
        val first = linksOf(info).first()
        return inviteState(info, roomOf(room = room), InvitePart(first, qrEncode(first.text)), left)
    }

    @Composable
    private fun Invite(state: InviteState, copied: Boolean = false) =
        DayflyTheme { InviteScreen(state, null, copied, idle()) }

    @Test
    fun native() = shots.draw("invite-native") { Invite(state(nativeInvite, nativeRoom)) }

    @Test
    fun nativeFoot() = shots.draw(
        "invite-native-foot",
        few,
        act = { onNodeWithText(words(R.string.invite_manual)).performScrollTo() },
    ) { Invite(state(nativeInvite, nativeRoom.copy(password = true), left = 431), copied = true) }

    @Test
    fun web() = shots.draw("invite-web", few) { Invite(state(webInvite, webRoom)) }

    @Test
    fun webFoot() = shots.draw(
        "invite-web-foot",
        few,
        act = { onNodeWithText(words(R.string.invite_code)).performScrollTo() },
    ) { Invite(state(webInvite, webRoom)) }

    @Test
    fun locked() = shots.draw("invite-locked", one) { Invite(state(nativeInvite, nativeRoom.copy(locked = true))) }

    @Composable
    private fun Code(state: ShortCodeState) = DayflyTheme { ShortCodeScreen(state, null, idle()) }

    @Test
    fun codeIdle() = shots.draw("code-idle", few) { Code(ShortCodeState.Idle(CodeLanguage.ENGLISH)) }

    @Test
    fun codeUnreached() = shots.draw("code-unreached", one) { Code(ShortCodeState.Making(unreached = true)) }

    @Test
    fun codeShown() = shots.draw("code-shown") { Code(ShortCodeState.Shown("4821-tulip-anchor", 581)) }

    @Test
    fun codeArabic() = shots.draw("code-arabic", one) { Code(ShortCodeState.Shown("4821-زنبق-مرساة", 581)) }

    @Test
    fun codeTroubled() = shots.draw("code-troubled", few) {
        Code(ShortCodeState.Shown("4821-strawberry-lighthouse", 59, wrong = 2 to 3, interference = true))
    }

    @Test
    fun codeDone() = shots.draw("code-done", one) { Code(ShortCodeState.Ended(CodeEnd.DONE)) }

    @Test
    fun codeGuessed() = shots.draw("code-guessed", few) { Code(ShortCodeState.Ended(CodeEnd.GUESSED)) }

    @Composable
    private fun ByHand(state: ByHandState) = DayflyTheme { ByHandScreen(state, null, idle()) }

    private fun offer(): ByHandState {
        val text = "dayfly:" + "AEBAGBAFAYDQQCIKBMGA2DQPCAIREEYUCULBOGAZ".repeat(6)
        return ByHandState.Offer(ManualCode(text, qrEncode(text)), 599)
    }

    @Test
    fun byHandOffer() = shots.draw("by-hand-offer") { ByHand(offer()) }

    @Test
    fun byHandFoot() = shots.draw(
        "by-hand-foot",
        few,
        act = { onNodeWithText(words(R.string.manual_paste)).performScrollTo() },
    ) { ByHand(offer()) }

    @Test
    fun byHandConnecting() = shots.draw("by-hand-connecting", one) { ByHand(ByHandState.Connecting) }

    @Test
    fun byHandMet() = shots.draw("by-hand-met", few) { ByHand(ByHandState.Met("Bob", verified = true)) }
}
