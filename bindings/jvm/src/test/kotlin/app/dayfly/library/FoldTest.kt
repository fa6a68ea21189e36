package app.dayfly.library

import app.dayfly.Delivery
import app.dayfly.Fold
import app.dayfly.RoomState
import app.dayfly.Typing
import app.dayfly.core.proto.DeliveryState
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.LeaveReason
import app.dayfly.core.proto.Message
import app.dayfly.core.proto.Reaction
import app.dayfly.core.proto.RendezvousState
import app.dayfly.core.proto.RendezvousStatus
import app.dayfly.core.proto.RoomOp
import app.dayfly.core.proto.VerificationState
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.nio.file.Path
import kotlin.io.path.readText

/** What a room's state becomes by each kind of event; nothing here runs a room. */
class FoldTest {
    private val start = Fold.start(snapshot())

    private fun RoomState.then(vararg events: Event) = events.fold(this, Fold::step)

    private fun saying(vararg messages: Message) = start.then(*messages.map { Event.Message(it) }.toTypedArray())

    private val RoomState.ids get() = messages.map { it.id }

    @Test
    fun `members come, change and go, this person too`() {
        val renamed = BOB.copy(name = "Robert")
        val after = start.then(
            Event.MemberJoined(CAT),
            Event.MemberChanged(renamed),
            Event.MemberChanged(ADA.copy(name = "Ada Lovelace")),
        )
        assertEquals(listOf(renamed, CAT), after.members)
        assertEquals("Ada Lovelace", after.me.name)
        val left = after.then(Event.Typing(CAT.id, true, false), Event.MemberLeft(CAT.id, LeaveReason.LOST, null))
        assertEquals(listOf(renamed), left.members)
        assertEquals(emptyList<Typing>(), left.typing)
        assertSame(left.messages, after.messages, "what did not change is the same object")
    }

    @Test
    fun `messages stand in the order of time, history before what came since`() {
        val told = message("told", at = 5_000u, sentAt = 10u).copy(history = true)
        val after = saying(message("one", at = 1_000u), message("two", at = 1_000u), told)
        assertEquals(listOf("told", "one", "two"), after.ids)
    }

    @Test
    fun `one that is told again replaces its line where it stands`() {
        val hearsay = message("told", at = 9u).copy(history = true, confirmed = false)
        val after = saying(hearsay, message("one"), hearsay.copy(history = false, confirmed = true, at = 2_000u))
        assertEquals(listOf("told", "one"), after.ids)
        assertTrue(after.messages.first().confirmed)
    }

    @Test
    fun `no more is kept than the core keeps, and how it was delivered goes along`() {
        val all = (0..RoomState.MAX_MESSAGES).map { message("$it", ADA, at = it.toULong()) }
        val before = saying(all.first()).then(Event.Delivery("0", DeliveryState.SENT, null))
        assertEquals(setOf("0"), before.delivery.keys)
        val after = before.then(*all.drop(1).map { Event.Message(it) }.toTypedArray())
        assertEquals(all.drop(1), after.messages)
        assertTrue(after.delivery.isEmpty())
        assertEquals(all.drop(1), Fold.start(snapshot(messages = all)).messages)
        val limits = Path.of("../../core/proto/src/room/limits.rs").readText()
        val bound = Regex("""MAX_ITEMS: usize = ([\d_]+);""").find(limits)!!.groupValues[1]
        assertEquals(bound.replace("_", "").toInt(), RoomState.MAX_MESSAGES)
    }

    @Test
    fun `a message changes in parts`() {
        val said = saying(message("one"), message("two"))
        val reactions = listOf(Reaction("👍", listOf(ADA.id)))
        val after = said.then(
            Event.MessageChanged("one", "new words", null, null, null, null),
            Event.MessageChanged("one", null, null, reactions, 7_000u, false),
            Event.MessageChanged("nobody knows", "x", null, null, null, null),
        )
        val one = message("one", text = "new words")
            .copy(edited = true, reactions = reactions, expiresAt = 7_000u, confirmed = false, disputed = true)
        assertEquals(listOf(one, message("two")), after.messages)
        assertEquals(message("one"), said.messages.first(), "the state before is as it was")
    }

    @Test
    fun `what is taken back leaves no words, nor does what is looked at once`() {
        val once = message("once", text = "").copy(viewOnce = true)
        val after = saying(message("one"), once).then(
            Event.MessageChanged("one", null, true, null, null, null),
            Event.MessageChanged("once", "the words", true, null, null, null),
        )
        assertEquals(listOf("", ""), after.messages.map { it.text })
        assertTrue(after.messages.all { it.unsent })
        assertFalse(after.toString().contains("words"))
    }

    @Test
    fun `what is to vanish has vanished when its time has come`() {
        val soon = message("soon").copy(expiresAt = 2_000u)
        val late = message("late").copy(expiresAt = 3_000u)
        val state = saying(message("ever"), late, soon)
        assertEquals(2_000uL, Fold.nextExpiry(state.messages))
        assertSame(state, Fold.expire(state, 1_999u))
        val after = Fold.expire(state, 2_000u)
        assertEquals(listOf("ever", "late", ""), after.messages.map { it.text })
        assertEquals(3_000uL, Fold.nextExpiry(after.messages))
        assertNull(Fold.nextExpiry(Fold.expire(after, 3_000u).messages))
    }

    @Test
    fun `delivery is told for all, and for members where it differs`() {
        val state = saying(message("one", ADA)).then(
            Event.Delivery("one", DeliveryState.SENDING, null),
            Event.Delivery("one", DeliveryState.SENT, null),
            Event.Delivery("one", DeliveryState.READ, BOB.id),
            Event.Delivery("one", DeliveryState.DELIVERED, BOB.id),
            Event.Delivery("one", DeliveryState.FAILED, CAT.id),
            Event.Delivery("unknown", DeliveryState.SENT, null),
        )
        val members = mapOf(BOB.id to DeliveryState.READ, CAT.id to DeliveryState.FAILED)
        assertEquals(mapOf("one" to Delivery(DeliveryState.SENT, members)), state.delivery)
        val direct = saying(message("two", ADA).copy(direct = true, with = BOB.id))
            .then(Event.Delivery("two", DeliveryState.DELIVERED, BOB.id))
        assertEquals(DeliveryState.DELIVERED, direct.delivery.getValue("two").state)
    }

    @Test
    fun `who types does so until they cease, say it or go`() {
        val typing = start.then(
            Event.MemberJoined(CAT),
            Event.Typing(BOB.id, true, false),
            Event.Typing(CAT.id, true, true),
            Event.Typing(BOB.id, true, true),
        )
        assertEquals(listOf(Typing(BOB.id, false), Typing(CAT.id, true), Typing(BOB.id, true)), typing.typing)
        val said = typing.then(Event.Message(message("one")))
        assertEquals(listOf(Typing(CAT.id, true), Typing(BOB.id, true)), said.typing)
        assertEquals(listOf(Typing(BOB.id, true)), said.then(Event.Typing(CAT.id, false, true)).typing)
    }

    @Test
    fun `comparisons stand beside each other, and how one ended outlives the member`() {
        val open = start.then(
            Event.MemberJoined(CAT),
            Event.Verification(BOB.id, VerificationState.MISMATCH, null, null),
            Event.Verification(CAT.id, VerificationState.COMPARE, emptyList(), "1"),
            Event.GroupCheck(VerificationState.WAITING, null, null, listOf(BOB.id)),
        )
        assertEquals(setOf(BOB.id, CAT.id), open.verifications.keys)
        assertEquals(listOf(BOB.id), open.groupCheck?.members)
        val left = open.then(
            Event.MemberLeft(BOB.id, LeaveReason.MISBEHAVED, null),
            Event.MemberLeft(CAT.id, LeaveReason.LEFT, null),
        )
        assertEquals(setOf(BOB.id), left.verifications.keys)
    }

    @Test
    fun `places to meet are told by kind and address, options as a whole`() {
        val up = RendezvousStatus("tracker", "wss://a", RendezvousState.UP, null)
        val state = start.then(
            Event.Rendezvous(up.copy(state = RendezvousState.CONNECTING)),
            Event.Rendezvous(up.copy(url = "wss://b")),
            Event.Rendezvous(up),
            Event.RoomChanged(ROOM.copy(locked = true), ADA.id, RoomOp.LOCK),
        )
        assertEquals(listOf(up, up.copy(url = "wss://b")), state.rendezvous)
        assertTrue(state.room.locked)
    }

    @Test
    fun `a reset starts again, but for what it does not tell`() {
        val before = saying(message("one", ADA), message("two", ADA)).then(
            Event.Delivery("one", DeliveryState.SENT, null),
            Event.Delivery("two", DeliveryState.SENT, null),
            Event.Typing(BOB.id, true, false),
            Event.Verification(BOB.id, VerificationState.COMPARE, null, null),
        )
        val now = snapshot(listOf(CAT), listOf(message("two", ADA)))
        val after = before.then(Event.Reset(now))
        assertEquals(Fold.start(now).copy(delivery = after.delivery), after)
        assertEquals(setOf("two"), after.delivery.keys)
    }

    @Test
    fun `the end says why and by whom, and nothing of what was said is left`() {
        val ended = saying(message("one")).then(Event.Removed(BOB.id), Event.Left(EndReason.REMOVED))
        assertEquals(RoomState(ADA, ROOM, ended = EndReason.REMOVED, endedBy = BOB), ended)
        assertSame(ended, ended.then(Event.Message(message("late")), Event.Reset(snapshot())))
        val closed = start.then(Event.Closed(ADA.id), Event.Left(EndReason.CLOSED))
        assertEquals(ADA, closed.endedBy)
    }
}
