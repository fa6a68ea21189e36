package app.dayfly.library

import app.dayfly.core.proto.Command
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.LeaveReason
import kotlinx.coroutines.flow.toList
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** What only the owner may do, seen from both sides. */
class OwnersTest {
    @Test
    fun `who is removed is told by whom, and the others go on under a new secret`() = leavingNothing {
        threeMembers { ada, bob, cat ->
            ada.command(Command.Remove(ada.member("Bob")))
            val ended = bob.until("Bob is out") { it.ended != null }
            assertEquals(EndReason.REMOVED to "Ada", ended.ended to ended.endedBy?.name)
            assertTrue(ended.members.isEmpty() && ended.messages.isEmpty())
            assertEquals(listOf(Event.Left(EndReason.REMOVED)), bob.events.toList())
            bob.over()
            assertEquals("removed", cat.await("member_left") { true }["reason"].asText())
            assertEquals(1u, ada.until("a new secret") { it.room.generation == 1u }.room.generation)
            ada.say("still here")
            cat.await("message") { it["text"].asText() == "still here" }
        }
    }

    @Test
    fun `members are muted and blocked, rooms slowed and locked`() = leavingNothing {
        twoMembers { ada, bob ->
            ada.command(Command.Mute("Bob", true))
            bob.until("Bob is muted") { it.me.muted }
            ada.command(Command.Mute("Bob", false))
            bob.until("Bob is heard again") { !it.me.muted }
            ada.command(Command.Slow(60u))
            bob.until("the room is slow") { it.room.slowSeconds == 60u }
            ada.command(Command.Lock(true))
            bob.until("the room is locked") { it.room.locked }
            bob.command(Command.Block("Ada", true))
            assertTrue(bob.until("Ada is blocked") { state -> state.members.all { it.blocked } }.members.size <= 1)
        }
    }

    @Test
    fun `a room is handed over, and closed for all by who owns it then`() = leavingNothing {
        twoMembers { ada, bob ->
            ada.command(Command.HandOver("Bob"))
            bob.until("Bob owns it") { it.room.owner == it.me.id && it.me.owner }
            ada.until("Ada knows") { state -> state.members.any { it.owner } }
            bob.command(Command.Close)
            val ended = ada.until("it is closed") { it.ended != null }
            assertEquals(EndReason.CLOSED to "Bob", ended.ended to ended.endedBy?.name)
            assertEquals(EndReason.CLOSED, bob.until("here too") { it.ended != null }.ended)
            ada.over()
        }
    }

    @Test
    fun `who leaves is seen to leave`() = leavingNothing {
        twoMembers { ada, bob ->
            val left = LeaveReason.LEFT
            bob.leave()
            assertEquals(EndReason.LEFT, bob.state.value.ended)
            ada.until("$left") { it.members.isEmpty() }
        }
    }
}
