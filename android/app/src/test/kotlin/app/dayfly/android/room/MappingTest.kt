package app.dayfly.android.room

import app.dayfly.Typing
import app.dayfly.core.proto.DeliveryState
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.NoticeCode
import app.dayfly.core.proto.RendezvousState
import app.dayfly.core.proto.Via
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** What is drawn of a room as it stands. */
@RunWith(RobolectricTestRunner::class)
class MappingTest {
    @Test
    fun `the bar counts who is here and says how they are reached`() {
        val connecting = member("Dan", state = MemberState.CONNECTING)
        val bar = ui(room(members = listOf(BOB, CLEO, connecting))).bar
        assertEquals(3, bar.here)
        assertEquals(NetworkWord.DIRECT, bar.network)
        assertEquals("Bakery", bar.title)
        assertEquals(1, bar.unverified)
        val relayed = ui(room(members = listOf(BOB, member("Dan", via = Via.RELAY)))).bar.network
        assertEquals(NetworkWord.RELAYED, relayed)
    }

    @Test
    fun `without anybody the network's word is of the places to meet`() {
        fun word(state: RendezvousState) = ui(room(members = emptyList(), places = listOf(tracker(state)))).bar.network
        assertEquals(NetworkWord.READY, word(RendezvousState.UP))
        assertEquals(NetworkWord.REACHING, word(RendezvousState.CONNECTING))
        assertEquals(NetworkWord.UNREACHED, word(RendezvousState.WAITING))
    }

    @Test
    fun `a room is alone until somebody came or something was said`() {
        assertEquals(Alone.OPENED, ui(room(members = emptyList(), info = info(owner = ME.id))).alone)
        assertEquals(Alone.WAITING, ui(room(members = emptyList())).alone)
        val barred = local { copy(notices = setOf(NoticeCode.MOVED)) }
        assertEquals(Alone.BARRED, ui(room(members = emptyList()), barred).alone)
        assertNull(ui(room()).alone)
        assertNull(ui(room(listOf(message("1", ME, "a")), emptyList())).alone)
        val left = local { happened(NOW, null, listOf(Line.Joined("Bob", false))) }
        assertNull(ui(room(members = emptyList()), left).alone)
    }

    @Test
    fun `banners stand as long as what they say holds`() {
        val lost = listOf(member("Bob", state = MemberState.RECONNECTING))
        assertEquals(listOf(RoomBanner.Reconnecting), ui(room(members = lost)).banners)
        assertEquals(listOf(RoomBanner.Locked), ui(room(info = info(locked = true))).banners)
        assertEquals(listOf(RoomBanner.Frozen), ui(room(info = info(frozen = true, ownerHere = false))).banners)
        assertEquals(listOf(RoomBanner.OwnerAway), ui(room(info = info(ownerHere = false))).banners)
        assertEquals(listOf(RoomBanner.MutedByOwner), ui(room(me = ME.copy(muted = true))).banners)
        val told = local { copy(notices = setOf(NoticeCode.WRONG_PASSWORD, NoticeCode.MOVED)) }
        assertEquals(
            listOf(RoomBanner.Moved, RoomBanner.WrongPassword),
            ui(room(members = emptyList()), told).banners,
        )
        assertEquals(emptyList<RoomBanner>(), ui(room(), told).banners)
    }

    @Test
    fun `how far a message got is the least that holds for all`() {
        fun of(vararg to: Pair<app.dayfly.core.proto.Member, DeliveryState>) =
            progress(delivered(*to), listOf(BOB, CLEO))
        assertEquals(Progress.SENT, of())
        assertEquals(Progress.SOME, of(BOB to DeliveryState.DELIVERED))
        assertEquals(Progress.DELIVERED, of(BOB to DeliveryState.DELIVERED, CLEO to DeliveryState.DELIVERED))
        assertEquals(Progress.READ, of(BOB to DeliveryState.READ))
        assertEquals(Progress.WAITING, progress(app.dayfly.Delivery(DeliveryState.SENDING), emptyList()))
        assertEquals(Progress.FAILED, progress(app.dayfly.Delivery(DeliveryState.FAILED), emptyList()))
        assertNull(progress(null, listOf(BOB)))
    }

    @Test
    fun `details say of each who has it`() {
        val state = room(listOf(message("1", ME, "a")), delivery = mapOf("1" to delivered(BOB to DeliveryState.READ)))
        val details = detailsUi(state, local(), "1", WITH)
        assertEquals(listOf(Receipt("Bob", Progress.READ), Receipt("Cleo", Progress.SENT)), details?.people)
        assertNull(detailsUi(state, local(), "other", WITH))
    }

    @Test
    fun `a direct conversation holds its own words and nobody else's`() {
        val state = room(
            listOf(
                message("1", BOB, "to all"),
                message("2", BOB, "to you", with = BOB.id),
                message("3", ME, "to you too", with = BOB.id),
                message("4", CLEO, "psst", with = CLEO.id),
            ),
        )
        val ui = ui(state, local { copy(direct = BOB.id) })
        assertEquals(listOf("1"), ui.said.map { it.id })
        assertEquals(listOf("2", "3"), ui.direct?.rows?.filterIsInstance<MessageRow>()?.map { it.id })
        assertEquals(setOf("Bob", "Cleo"), ui.threads.map { it.name }.toSet())
        assertEquals(2, ui.bar.news)
    }

    @Test
    fun `conversations stand in the order of their last words, those without any by name`() {
        val state = room(
            listOf(message("1", CLEO, "x", NOW, with = CLEO.id), message("2", PAGE, "y", NOW + 1, with = PAGE.id)),
            listOf(BOB, CLEO, PAGE, member("Abe")),
        )
        assertEquals(listOf("Noor", "Cleo", "Abe", "Bob"), ui(state).threads.map { it.name })
    }

    @Test
    fun `who cannot be spoken to alone says why`() {
        fun shut(vararg members: app.dayfly.core.proto.Member) =
            ui(room(members = members.toList()), local { copy(direct = "bob") }).direct?.composer?.shut
        assertNull(shut(BOB))
        assertEquals(Shut.GONE, shut(CLEO))
        assertEquals(Shut.WAS_NATIVE, shut(member("Bob", wasNative = true)))
        assertEquals(Shut.BLOCKED, shut(member("Bob", blocked = true)))
    }

    @Test
    fun `typing is said where it is typed`() {
        val state = room().copy(typing = listOf(Typing(BOB.id, false), Typing(CLEO.id, true)))
        val ui = ui(state, local { copy(direct = CLEO.id) })
        assertEquals(listOf("Bob"), ui.room.typing)
        assertEquals(listOf("Cleo"), ui.direct?.typing)
    }

    @Test
    fun `slow mode says when the next message may be said, and not to the owner`() {
        val said = listOf(message("1", ME, "a", NOW - 10_000))
        val composer = ui(room(said, info = info(slow = 30))).room.composer
        assertEquals(30, composer.slowSeconds)
        assertEquals(NOW + 20_000, composer.nextAt)
        assertEquals(0, ui(room(said, info = info(slow = 30, owner = ME.id))).room.composer.slowSeconds)
    }

    @Test
    fun `a mode ends with the message it is about`() {
        val writing = local { write(null) { copy(reply = "1") } }
        val reply = ui(room(listOf(message("1", BOB, "a"))), writing).room.composer.mode
        assertTrue(reply is ComposerMode.Reply)
        val gone = ui(room(listOf(message("1", BOB, "", unsent = true))), writing).room.composer.mode
        assertEquals(ComposerMode.New, gone)
    }

    @Test
    fun `leaving is asked about only where others lose their owner`() {
        assertNull(leaving(room()))
        assertNull(leaving(room(members = emptyList(), info = info(owner = ME.id))))
        assertEquals(LeavingUi(2), leaving(room(info = info(owner = ME.id))))
        assertNull(leaving(room(info = info(owner = ME.id, frozen = true))))
    }

    @Test
    fun `the end says why and by whom`() {
        val over = ui(room().copy(ended = EndReason.REMOVED, endedBy = BOB)).over
        assertEquals(OverUi(EndReason.REMOVED, "Bob"), over)
        assertNotNull(ui(room().copy(ended = EndReason.EMPTY)).over)
        assertTrue(endedByMe(room().copy(ended = EndReason.CLOSED, endedBy = ME)))
        assertFalse(endedByMe(room().copy(ended = EndReason.CLOSED, endedBy = BOB)))
    }
}
