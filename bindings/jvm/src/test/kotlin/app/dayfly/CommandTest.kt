package app.dayfly

import app.dayfly.core.Room
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.RoomOp
import app.dayfly.core.proto.SayOptions
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test

/** What the owner of a room and its members ask for beyond talking. */
class CommandTest {
    @Test
    fun `the room's options`(): Unit = runBlocking {
        twoMembers { ada, bob ->
            ada.room.command(Command.Expire(60u))
            bob.ear.await<Event.RoomChanged> { it.options.expireSeconds == 60u }
            ada.room.command(Command.Lock(true))
            bob.ear.await<Event.RoomChanged> { it.options.locked }
            ada.room.command(Command.Receipts(true))
            bob.room.command(Command.Receipts(true))
            val id = ada.room.say("seen?")
            bob.ear.await<Event.Message> { it.message.id == id }
            bob.room.command(Command.Read(id))
            ada.ear.await<Event.Delivery> { it.id == id && it.member != null }
            val once = ada.room.say("once", SayOptions(viewOnce = true))
            bob.ear.await<Event.Message> { it.message.id == once && it.message.viewOnce }
            bob.room.command(Command.View(once))
            bob.ear.await<Event.MessageChanged> { it.id == once && it.text == "once" }
        }
    }

    @Test
    fun `who is heard`(): Unit = runBlocking {
        twoMembers { ada, bob ->
            ada.room.command(Command.Mute("Bob", true))
            bob.ear.await<Event.RoomChanged> { it.op == RoomOp.MUTE }
            ada.room.command(Command.Block("Bob", true))
            ada.ear.await<Event.MemberChanged> { it.member.blocked }
        }
    }

    @Test
    fun `the owner hands over, and the next one closes`(): Unit = runBlocking {
        twoMembers { ada, bob ->
            ada.room.command(Command.HandOver("Bob"))
            bob.ear.await<Event.RoomChanged> { it.options.owner == bob.room.me() }
            bob.room.command(Command.Close)
            assertEquals(EndReason.CLOSED, ada.ear.await<Event.Left>().reason)
        }
    }

    @Test
    fun `an app in the background is shown so`(): Unit = runBlocking {
        twoMembers { ada, bob ->
            bob.room.suspended()
            ada.ear.await<Event.MemberChanged> { it.member.state == MemberState.BACKGROUND }
            bob.room.resumed()
            ada.ear.await<Event.MemberChanged> { it.member.state == MemberState.HERE }
        }
    }
}

private fun Room.me() = runBlocking { snapshot().me.id }
