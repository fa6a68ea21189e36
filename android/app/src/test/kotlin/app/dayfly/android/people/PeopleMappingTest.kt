package app.dayfly.android.people

import app.dayfly.android.R
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.Trust
import app.dayfly.core.proto.VerificationState
import app.dayfly.core.proto.Via
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** What is drawn of people follows from the room's state, and nothing is offered that cannot be done. */
@RunWith(RobolectricTestRunner::class)
class PeopleMappingTest {
    private val bob = member("Bob")
    private val guest = ada.copy(owner = false)

    @Test
    fun connectionsAreToldAsTheyAre() {
        assertEquals(Reach.DIRECT, bob.reach)
        assertEquals(Reach.RELAYED, bob.copy(via = Via.RELAY).reach)
        assertEquals(Reach.CONNECTED, bob.copy(via = null).reach)
        // Which way it went before says nothing once nobody answers.
        assertEquals(Reach.SILENT, bob.copy(state = MemberState.RECONNECTING).reach)
        assertEquals(Reach.BACKGROUND, bob.copy(state = MemberState.BACKGROUND).reach)
        assertEquals(Reach.CONNECTING, bob.copy(state = MemberState.CONNECTING).reach)
    }

    @Test
    fun whatWentWrongWithAKeyIsToldApart() {
        assertEquals(R.string.people_trust_none_native_meaning, member("Eve", trust = Trust.NONE).trustMeaning)
        assertEquals(R.string.trust_none_meaning, page("Eve", trust = Trust.NONE).trustMeaning)
        assertEquals(R.string.people_trust_none_do, page("Eve", trust = Trust.NONE).trustAdvice)
    }

    @Test
    fun whoIsOnTheWayComesLastAndIsNotCounted() {
        val coming = member("Cat", state = MemberState.CONNECTING)
        val state = membersState(roomOf(coming, bob), "")
        assertEquals(listOf("bob", "cat"), state.others.map { it.id })
        assertEquals(2, state.present)
        assertFalse(state.alone)
        assertTrue(membersState(roomOf(), "").alone)
    }

    @Test
    fun aCrowdCanBeSearchedByNameAndFingerprint() {
        val crowd = (1..MANY + 1).map { member("Person $it") }.toTypedArray()
        assertNull(membersState(roomOf(*crowd.take(MANY).toTypedArray()), "").search)
        assertEquals("", membersState(roomOf(*crowd), "").search)
        assertEquals(listOf("person 7"), membersState(roomOf(*crowd), " PERSON 7").others.map { it.id })
        val found = membersState(roomOf(*crowd), crowd[3].fingerprint.take(9))
        assertEquals(listOf(crowd[3].id), found.others.map { it.id })
        val nobody = membersState(roomOf(*crowd), "zz")
        assertTrue(nobody.others.isEmpty() && !nobody.alone)
    }

    @Test
    fun aNameIsCutBetweenCharacters() {
        assertEquals("Ada", fittingName("Ada"))
        assertEquals("a".repeat(30), fittingName("a".repeat(31)))
        assertEquals("a".repeat(29), fittingName("a".repeat(29) + "🐝"))
    }

    @Test
    fun onlyWhatCanBeDoneIsOffered() {
        val owned = checkNotNull(memberPage(roomOf(bob), "bob", null))
        assertTrue(owned.canVerify && owned.canDirect && owned.canModerate && owned.canHandOver)
        val asGuest = checkNotNull(memberPage(roomOf(bob, me = guest), "bob", null))
        assertTrue(asGuest.canVerify && !asGuest.canModerate && !asGuest.canHandOver)
        val frozen = checkNotNull(memberPage(roomOf(bob, room = nativeRoom.copy(frozen = true)), "bob", null))
        assertFalse(frozen.canModerate)
        val inBrowser = checkNotNull(memberPage(roomOf(page("Dan"), room = webRoom), "dan", null))
        assertTrue(inBrowser.canDirect && !inBrowser.canVerify && !inBrowser.canModerate)
        val wasNative = checkNotNull(memberPage(roomOf(page("Dan").copy(wasNative = true)), "dan", null))
        assertFalse(wasNative.canDirect)
        val blocked = checkNotNull(memberPage(roomOf(bob.copy(blocked = true)), "bob", null))
        assertTrue(!blocked.canVerify && !blocked.canDirect && blocked.canModerate)
    }

    @Test
    fun whoLeavesStaysReadableAndNothingMoreCanBeDone() {
        val before = memberPage(roomOf(bob), "bob", null)
        val after = checkNotNull(memberPage(roomOf(), "bob", before))
        assertEquals("Bob", after.member.name)
        assertTrue(after.gone && !after.canVerify && !after.canModerate && !after.canDirect)
        assertNull(memberPage(roomOf(), "bob", null))
    }

    @Test
    fun aComparisonIsToldByWhatThisPersonDid() {
        val mine = VerifyPart(took = true)
        assertEquals(VerifyStage.INTRO, verifyStage(null, VerifyPart()))
        assertEquals(VerifyStage.ASKED, verifyStage(step(VerificationState.ASKED), mine))
        assertEquals(VerifyStage.WAITING, verifyStage(step(VerificationState.WAITING), mine))
        val confirmed = mine.copy(confirmed = true)
        assertEquals(VerifyStage.CONFIRMED, verifyStage(step(VerificationState.WAITING), confirmed))
        assertEquals(VerifyStage.COMPARE, verifyStage(step(VerificationState.COMPARE, code = true), mine))
        // No code to compare: the other scanned this screen.
        assertEquals(VerifyStage.TICK, verifyStage(step(VerificationState.COMPARE), mine))
        assertEquals(VerifyStage.MISMATCH, verifyStage(step(VerificationState.MISMATCH), mine))
        val ticked = mine.copy(ticked = true)
        assertEquals(VerifyStage.TICK_MISMATCH, verifyStage(step(VerificationState.MISMATCH), ticked))
        // How an earlier one ended is not shown to who opens the page anew.
        assertEquals(VerifyStage.INTRO, verifyStage(step(VerificationState.CANCELLED), VerifyPart()))
    }

    @Test
    fun aNameOutlivesTheRowThatCodesThatDifferEnd() {
        val room = roomOf().copy(verifications = mapOf("bob" to step(VerificationState.MISMATCH)))
        val state = verifyState(room, "bob", VerifyPart(took = true, name = "Bob"))
        assertEquals("Bob" to VerifyStage.MISMATCH, state.name to state.stage)
    }

    @Test
    fun everyEmojiHasANameOfItsOwn() {
        assertEquals(codeEmoji.size, codeEmoji.mapNotNull { emojiName(it.symbol) }.distinct().size)
        assertNull(emojiName("🐝"))
    }

    @Test
    fun digitsAreSpokenOneByOne() {
        assertEquals("1 2 3 4, 5 6 7 8, 9 0 1 2", spokenDigits("1234-5678-9012"))
    }

    @Test
    fun theShortestQuestionIsAskedFirst() {
        val room = roomOf(bob, member("Cat"))
        assertNull(checkAsk(room))
        assertNull(checkAsk(room.copy(verifications = mapOf("bob" to step(VerificationState.WAITING)))))
        val asked = room.copy(verifications = mapOf("bob" to step(VerificationState.ASKED)))
        assertEquals(CheckAsk.Compare("bob", "Bob"), checkAsk(asked))
        val group = asked.copy(groupCheck = step(VerificationState.COMPARE, code = true))
        assertEquals(CheckAsk.Group, checkAsk(group))
        val tick = group.copy(verifications = mapOf("cat" to step(VerificationState.COMPARE)))
        assertEquals(CheckAsk.Tick("Cat"), checkAsk(tick))
        val over = room.copy(groupCheck = step(VerificationState.DONE))
        assertNull(checkAsk(over))
    }

    @Test
    fun aCheckInPersonIsToldFromBothSides() {
        val room = roomOf(bob)
        fun of(state: VerificationState) = room.copy(verifications = mapOf("bob" to step(state)))
        assertEquals(InPersonState.Choose, inPersonState(room, InPersonPart()))
        val scanned = InPersonPart(scanned = "bob")
        assertEquals(InPersonState.Checking, inPersonState(of(VerificationState.WAITING), scanned))
        assertEquals(InPersonState.Scanned("Bob"), inPersonState(of(VerificationState.DONE), scanned))
        assertEquals(InPersonState.NotTaken, inPersonState(of(VerificationState.CANCELLED), scanned))
        val asked = InPersonPart(asked = "bob", askedName = "Bob")
        assertEquals(InPersonState.Tick("Bob"), inPersonState(of(VerificationState.COMPARE), InPersonPart()))
        assertEquals(InPersonState.Done("Bob"), inPersonState(of(VerificationState.DONE), asked))
        assertEquals(InPersonState.Unanswered, inPersonState(of(VerificationState.TIMED_OUT), asked))
        val gone = roomOf().copy(verifications = mapOf("bob" to step(VerificationState.MISMATCH)))
        assertEquals(InPersonState.Mismatch("Bob"), inPersonState(gone, asked))
        assertTrue(isCheckCode("DAYFLY-CHECK:AAAA") && !isCheckCode("dayfly:AAAA"))
        assertEquals("1:07", clock(67))
    }

    @Test
    fun theOptionsSayWhoMayChangeThem() {
        fun say(room: app.dayfly.core.proto.RoomInfo, me: app.dayfly.core.proto.Member = guest) =
            roomOptionsState(roomOf(bob.copy(owner = true), me = me, room = room)).say
        assertEquals(Say.Mine, say(nativeRoom, ada))
        assertEquals(Say.Theirs("Bob"), say(nativeRoom.copy(owner = "bob")))
        assertEquals(Say.Away, say(nativeRoom.copy(owner = "bob", ownerHere = false)))
        assertEquals(Say.Unknown, say(nativeRoom.copy(owner = null, ownerHere = false)))
        assertEquals(Say.Frozen, say(nativeRoom.copy(frozen = true), ada))
        assertEquals(Say.Web, say(webRoom, ada))
    }

    @Test
    fun aRoomIsHandedToWhoIsHereWithDayfly() {
        val away = member("Cat", state = MemberState.BACKGROUND)
        val blocked = member("Eve").copy(blocked = true)
        val heirs = roomOptionsState(roomOf(bob, away, blocked, page("Dan"))).heirs
        assertEquals(listOf("bob"), heirs.map { it.id })
    }

    @Test
    fun spansAreToldInTheUnitThatSuitsThem() {
        assertEquals(30 to TimeUnit.SECONDS, span(30))
        assertEquals(5 to TimeUnit.MINUTES, span(300))
        assertEquals(90 to TimeUnit.SECONDS, span(90))
        assertEquals(24 to TimeUnit.HOURS, span(86_400))
        // What the core takes.
        assertTrue(expiries.all { it == 0 || it in 5..86_400 } && paces.all { it in 0..3_600 })
    }

    @Test
    fun aReportHoldsWhatWasTickedOfThatMemberAndNothingElse() {
        val room = roomOf(bob, member("Cat")).copy(
            messages = listOf(
                said("first", "bob"),
                said("another's", "cat"),
                said("", "bob", id = "once").copy(viewOnce = true),
                said("gone", "bob").copy(unsent = true),
                said("second", "bob"),
            ),
        )
        val who = Reported("Bob", "0123-4567-89ab-cdef")
        val choosing = reportState(room, "bob", who, ReportPart(), null)
        assertEquals(listOf("second", "first"), choosing.messages.map { it.text })
        assertTrue(choosing.chosen.isEmpty())
        val both = ReportPart(chosen = setOf("first", "second", "another's"), seeing = true)
        assertEquals(listOf("first", "second"), reportState(room, "bob", who, both, null).chosen.map { it.text })
        // What vanished from the room vanishes from the report, and nothing is sent empty.
        val vanished = reportState(room.copy(messages = emptyList()), "bob", who, both, null)
        assertTrue(vanished.chosen.isEmpty() && !vanished.seeing)
    }
}
