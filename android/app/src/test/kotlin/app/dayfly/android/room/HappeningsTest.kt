package app.dayfly.android.room

import app.dayfly.core.proto.Event
import app.dayfly.core.proto.LeaveReason
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.RoomOp
import app.dayfly.core.proto.Snapshot
import app.dayfly.core.proto.Trust
import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** Which events are worth a line, and which. */
@RunWith(RobolectricTestRunner::class)
class HappeningsTest {
    private val happenings = Happenings().apply { of(reset()) }

    private fun reset(vararg members: app.dayfly.core.proto.Member = arrayOf(BOB)) =
        Event.Reset(Snapshot(ME, members.toList(), emptyList(), emptyList(), info()))

    @Test
    fun `the first reset is silent, a later one tells who came and went meanwhile`() {
        assertEquals(emptyList<Line>(), Happenings().of(reset()))
        assertEquals(
            listOf(Line.Joined("Cleo", false), Line.Left("Bob", LeaveReason.LOST, null)),
            happenings.of(reset(CLEO)),
        )
    }

    @Test
    fun `it may begin in the middle of a room`() {
        val late = Happenings().apply { begin(room()) }
        assertEquals(listOf(Line.Renamed("Bob", "Rob")), late.of(Event.MemberChanged(BOB.copy(name = "Rob"))))
        assertEquals(emptyList<Line>(), late.of(Event.MemberChanged(ME.copy(name = "Lovelace"))))
    }

    @Test
    fun `a member is told of once it is here`() {
        assertEquals(emptyList<Line>(), happenings.of(Event.MemberJoined(CLEO.copy(state = MemberState.CONNECTING))))
        assertEquals(listOf(Line.Joined("Cleo", false)), happenings.of(Event.MemberChanged(CLEO)))
        assertEquals(listOf(Line.Joined("Noor", true)), happenings.of(Event.MemberJoined(PAGE)))
    }

    @Test
    fun `changes of a row are told by what changed`() {
        assertEquals(listOf(Line.Renamed("Bob", "Rob")), happenings.of(Event.MemberChanged(BOB.copy(name = "Rob"))))
        val silent = BOB.copy(name = "Rob", state = MemberState.RECONNECTING)
        assertEquals(listOf(Line.Silent("Rob")), happenings.of(Event.MemberChanged(silent)))
        assertEquals(
            listOf(Line.Back("Rob"), Line.TrustLost("Rob")),
            happenings.of(Event.MemberChanged(BOB.copy(name = "Rob", trust = Trust.NONE))),
        )
        assertEquals(listOf(Line.Muted(null, true)), happenings.of(Event.MemberChanged(ME.copy(muted = true))))
    }

    @Test
    fun `who leaves is named, who was never here is not`() {
        assertEquals(
            listOf(Line.Left("Bob", LeaveReason.LEFT, null)),
            happenings.of(Event.MemberLeft(BOB.id, LeaveReason.LEFT, null)),
        )
        assertEquals(emptyList<Line>(), happenings.of(Event.MemberLeft("nobody", LeaveReason.LEFT, null)))
    }

    @Test
    fun `what the owner does is told with its measure`() {
        val slow = happenings.of(Event.RoomChanged(info(slow = 30), BOB.id, RoomOp.SLOW)).single() as Line.Owner
        assertEquals(30 to "Bob", slow.seconds to slow.by)
        val mine = happenings.of(
            Event.RoomChanged(info(owner = ME.id), BOB.id, RoomOp.HAND_OVER),
        ).single() as Line.Owner
        assertEquals(true, mine.mine)
        assertEquals(emptyList<Line>(), happenings.of(Event.RoomChanged(info(owner = ME.id), null, RoomOp.OWNER)))
        assertEquals(emptyList<Line>(), happenings.of(Event.RoomChanged(info(), BOB.id, RoomOp.MUTE)))
    }

    @Test
    fun `messages folded away are counted by name`() {
        assertEquals(listOf(Line.Folded("Bob", 7)), happenings.of(Event.Folded(BOB.id, 7u)))
    }
}
