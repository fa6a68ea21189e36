package app.dayfly.android.invite

import app.dayfly.android.people.member
import app.dayfly.android.people.nativeRoom
import app.dayfly.android.people.roomOf
import app.dayfly.core.engine.ManualCode
import app.dayfly.core.proto.CodeEnd
import app.dayfly.core.proto.CodeHostEvent
import app.dayfly.core.proto.CodeLanguage
import app.dayfly.core.proto.InviteAccess
import app.dayfly.core.proto.Matrix
import app.dayfly.core.proto.Trust
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.util.Locale

/** What is drawn of invites, short codes and exchanges by hand. */
@RunWith(RobolectricTestRunner::class)
class InviteMappingTest {
    private val bob = member("Bob")

    @Test
    fun aWebRoomOffersItsPagesFirstAndDayflysLinkLast() {
        assertEquals(listOf("chitchatter.im", "chat.example.org", null), linksOf(webInvite).map { it.site })
        assertEquals(listOf<String?>(null), linksOf(nativeInvite).map { it.site })
    }

    @Test
    fun everyLinkSaysWhatItGivesAway() {
        assertEquals(LinkWarning.NATIVE_SECRET, warningOf(nativeInvite))
        assertEquals(LinkWarning.WEB_SECRET, warningOf(webInvite))
        assertEquals(LinkWarning.PUBLIC, warningOf(webInvite.copy(access = InviteAccess.PUBLIC)))
        assertEquals(LinkWarning.LOCKED_LINK, warningOf(webInvite.copy(access = InviteAccess.NEEDS_PASSWORD)))
    }

    @Test
    fun aLockAndAPasswordAreToldAsTheyAreNow() {
        val room = roomOf(room = nativeRoom.copy(locked = true, password = true))
        val state = inviteState(nativeInvite, room, InvitePart(linksOf(nativeInvite).first()), 12)
        assertTrue(state.locked && state.password && !state.web)
        assertEquals(12, state.codeSecondsLeft)
    }

    @Test
    fun aShortCodeGoesThroughItsLife() {
        var state: ShortCodeState = ShortCodeState.Making(unreached = false)
        fun happens(event: CodeHostEvent) = afterEvent(state, event).also { state = it }
        assertEquals(ShortCodeState.Making(unreached = true), happens(CodeHostEvent.Unreached))
        happens(CodeHostEvent.Shown("4821-tulip-anchor"))
        assertEquals(ShortCodeState.Shown("4821-tulip-anchor", CODE_SECONDS), state)
        // A place to meet that fails later takes no code from the screen.
        happens(CodeHostEvent.Unreached)
        happens(CodeHostEvent.Trying)
        assertTrue((state as ShortCodeState.Shown).trying)
        happens(CodeHostEvent.WrongGuess(1u, 3u))
        assertEquals(1 to 3, (state as ShortCodeState.Shown).wrong)
        assertTrue(!(state as ShortCodeState.Shown).trying)
        happens(CodeHostEvent.Interference)
        assertTrue((state as ShortCodeState.Shown).interference)
        assertEquals(ShortCodeState.Ended(CodeEnd.GUESSED), happens(CodeHostEvent.Ended(CodeEnd.GUESSED)))
    }

    @Test
    fun aCodeIsSpokenDigitByDigit() {
        assertEquals(listOf("4821", "tulip", "anchor"), partsOf("4821-tulip-anchor"))
        assertEquals("4 8 2 1, tulip, anchor", spokenCode("4821-tulip-anchor"))
    }

    @Test
    fun wordsComeInTheLanguageOfTheApp() {
        assertEquals(CodeLanguage.INDONESIAN, codeLanguage(Locale.forLanguageTag("id")))
        assertEquals(CodeLanguage.ARABIC, codeLanguage(Locale.forLanguageTag("ar-EG")))
        assertEquals(CodeLanguage.UKRAINIAN, codeLanguage(Locale.forLanguageTag("uk")))
        assertEquals(CodeLanguage.ENGLISH, codeLanguage(Locale.forLanguageTag("fr")))
    }

    @Test
    fun whoComesAfterTheAnswerIsWhoItWasFor() {
        val code = ManualCode("dayfly:X", Matrix(21u, ByteArray(441)))
        assertEquals(ByHandState.Making, byHandState(roomOf(), ByHandPart()))
        assertEquals(ByHandState.Offer(code, 600), byHandState(roomOf(), ByHandPart(code, 600)))
        assertEquals(ByHandState.Over, byHandState(roomOf(), ByHandPart(code, 0)))
        val answered = ByHandPart(code, 500, before = setOf("bob"))
        assertEquals(ByHandState.Connecting, byHandState(roomOf(bob), answered))
        val cat = member("Cat", trust = Trust.VERIFIED)
        assertEquals(ByHandState.Met("Cat", verified = true), byHandState(roomOf(bob, cat), answered))
    }
}
