package app.dayfly.android.session

import app.dayfly.DEADLINE
import app.dayfly.Dayfly
import app.dayfly.Room
import app.dayfly.Terminal
import app.dayfly.core.Invite
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.proto.CodeHostEvent
import app.dayfly.core.proto.CodeLanguage
import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.InviteAccess
import app.dayfly.core.proto.InviteKind
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.Trust
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.mapNotNull
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.util.concurrent.Executors

/**
 * Sessions on the real core: ways in, ways out, and what is said where there is none. Whatever loads the
 * core in these tests runs under Robolectric: two class loaders cannot share one library.
 */
@RunWith(RobolectricTestRunner::class)
class SessionTest {
    private val native = NativeOptions(history = HistoryPolicy.Members)

    @Test
    fun aRoomIsOpenedAndLeft() = on(HOST) { session ->
        session.open(native)
        assertEquals(Way.OPEN, session.coming.value?.way)
        val room = session.entered()
        assertTrue(session.running.first { it })
        assertNull(session.coming.value)
        session.leave()
        assertNull("it is off the screen at once", session.room.value)
        assertFalse(session.running.first { !it })
        room.state.until { it.ended != null }
    }

    @Test
    fun aRoomOfTheTerminalIsJoinedByItsLinkAndTalkedIn() = on(GUEST) { session ->
        Terminal("open", "--name", "Ada").use { ada ->
            val link = ada.await("ready")["link"].asText()
            val arrival = Arrival.read("Come in: <$link>, will you?") as Arrival.ToRoom
            assertEquals(InviteKind.NATIVE, arrival.destination.kind)
            session.enter(arrival.invite)
            val room = session.entered()
            room.say("from the phone")
            ada.await("message") { it["text"].asText() == "from the phone" }
            ada.send("cmd" to "say", "text" to "from the terminal")
            room.state.until { state -> state.messages.any { it.text == "from the terminal" } }
            session.panic()
            assertNull(session.room.value)
        }
    }

    @Test
    fun aPasswordIsAskedForAndAWrongOneCanBeTriedAgain() = on(HOST) { host ->
        host.open(native, "open sesame")
        val link = host.entered().invite.info().link
        on(GUEST) { guest ->
            guest.enter(Invite.parse(link))
            assertEquals(Stage.Password(wrong = false), guest.stage<Stage.Password>())
            guest.givePassword("open says me")
            guest.entered()
            val doubt = guest.stage<Stage.PasswordInDoubt>()
            assertTrue(doubt.sentence, doubt.sentence.contains("password"))
            assertNotNull("nobody is thrown out of a room by what others say", guest.room.value)
            guest.tryAgain()
            assertEquals(Stage.Password(wrong = true), guest.stage<Stage.Password>())
            assertNull(guest.room.value)
            guest.givePassword("open sesame")
            guest.entered().state.until { state -> state.members.any { it.state == MemberState.HERE } }
        }
    }

    @Test
    fun whatIsAskedForCanBeGivenUp() = on(HOST) { host ->
        host.open(native, "open sesame")
        val link = host.entered().invite.info().link
        on(GUEST) { guest ->
            guest.enter(Invite.parse(link))
            guest.stage<Stage.Password>()
            guest.cancel()
            assertNull(guest.coming.value)
            guest.givePassword("open sesame")
            assertNull(guest.room.value)
        }
    }

    @Test
    fun aShortCodeLeadsIntoTheRoomAndASlipIsSaid() = on(HOST) { host ->
        host.open(native)
        val room = host.entered()
        val trackers = room.invite.info().trackers
        on(GUEST.copy(trackers = trackers)) { guest ->
            room.shareCode(CodeLanguage.ENGLISH).use { shared ->
                val code = shared.events.mapNotNull { (it as? CodeHostEvent.Shown)?.code }.first()
                assertTrue(Arrival.read(code) is Arrival.ByCode)
                guest.joinCode(code + "qx")
                val refusal = guest.stage<Stage.Failed>().refusal
                assertEquals(ErrorKind.BAD_CODE, refusal.kind)
                guest.joinCode(code)
                guest.entered().state.until { state -> state.members.any { it.state == MemberState.HERE } }
            }
        }
    }

    @Test
    fun twoCodesCarriedByHandBringTwoTogetherVerified() = on(HOST) { host ->
        host.open(native, "open sesame")
        val room = host.entered()
        val offer = room.manualOffer().text
        on(GUEST) { guest ->
            guest.joinManual((Arrival.read(offer) as Arrival.ByHand).offer)
            val answer = guest.stage<Stage.ShowAnswer>().answer.text
            room.manualAnswer((Arrival.read(answer) as Arrival.ForOffer).answer)
            guest.stage<Stage.Password>()
            guest.givePassword("open sesame")
            guest.entered().state.until { state -> state.members.any { it.trust == Trust.VERIFIED } }
        }
    }

    @Test
    fun whatFailsIsSaidAndTriedAgainOrTakenAway() = on(HOST.copy(trackers = listOf("not a tracker"))) { session ->
        session.open(native)
        val failed = session.stage<Stage.Failed>()
        assertEquals(ErrorKind.BAD_OPTION, failed.refusal.kind)
        assertTrue(failed.refusal.sentence.isNotBlank())
        assertTrue(session.canTryAgain)
        session.tryAgain()
        session.stage<Stage.Failed>()
        session.cancel()
        assertNull(session.coming.value)
    }

    @Test
    fun oneRoomAtATime() = on(HOST) { session ->
        session.open(native)
        val first = session.entered()
        session.open(native)
        assertNull("the first is off the screen before the second comes", session.room.value)
        first.state.until { it.ended != null }
        assertTrue(session.entered() !== first)
    }

    @Test
    fun textsAreToldApart() {
        val locked = Arrival.read("https://chitchatter.im/private/den") as Arrival.ToRoom
        assertEquals(InviteAccess.NEEDS_PASSWORD, locked.destination.access)
        assertTrue(locked.destination.needsPassword)
        assertEquals(listOf("chitchatter.im"), locked.destination.sites)
        assertEquals("den", locked.destination.name)
        locked.invite.close()
        assertTrue(Arrival.read("4821 tulip anchor") is Arrival.ByCode)
        val none = Arrival.read("hello there: nothing") as Arrival.Unreadable
        assertEquals(ErrorKind.BAD_INVITE, none.refusal.kind)
        assertTrue(Arrival.read("x".repeat(100_000)) is Arrival.Unreadable)
    }

    @Test
    fun nothingSaysWhatItHolds() {
        val secret = "https://chitchatter.im/private/den#secret=hunter2"
        val arrival = Arrival.read(secret)
        assertFalse("hunter2" in arrival.toString())
        (arrival as? Arrival.ToRoom)?.let {
            assertFalse("hunter2" in it.destination.toString())
            it.invite.close()
        }
    }

    private fun on(options: RoomOptions, work: suspend (Session) -> Unit) = runBlocking {
        Executors.newSingleThreadExecutor().asCoroutineDispatcher().use { main ->
            val scope = CoroutineScope(main + Job())
            var started: Dayfly? = null
            val session = Session(scope, { Dayfly.start().also { started = it } }, { options }, { null })
            try {
                withContext(main) { withTimeout(DEADLINE.toMillis()) { work(session) } }
            } finally {
                withContext(main) { session.cancel() }
                started?.panic()
                scope.cancel()
                started?.close()
            }
        }
    }

    private suspend fun Session.entered(): Room = room.until { it != null }!!

    private suspend inline fun <reified S : Stage> Session.stage(): S =
        coming.mapNotNull { it?.stage }.first { it is S || it is Stage.Failed } as S

    private suspend fun <T> kotlinx.coroutines.flow.Flow<T>.until(holds: (T) -> Boolean): T = first(holds)

    private companion object {
        val GUEST = RoomOptions(name = "Kotlin", local = true, noLan = true)
        val HOST = GUEST.copy(name = "Host", embeddedTracker = "127.0.0.1:0")
    }
}
