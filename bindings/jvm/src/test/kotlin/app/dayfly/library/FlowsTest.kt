package app.dayfly.library

import app.dayfly.DEADLINE
import app.dayfly.Typing
import app.dayfly.core.DayflyException
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.DeliveryState
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.SayOptions
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** Talking: two engines and the terminal client in one room, through the library's flows alone. */
class FlowsTest {
    @Test
    fun `everybody hears what is said, and sees who types and how they are called`() = leavingNothing {
        threeMembers { ada, bob, cat ->
            val text = "Hello from the JVM: äöü 🦀 \u0000"
            val id = ada.say(text, SayOptions(reference = "mine"))
            assertEquals(ada.hears(text).id, id)
            assertEquals("mine", ada.hears(text).reference)
            assertEquals(ada.state.value.me.fingerprint, bob.meets("Ada").fingerprint)
            assertEquals(bob.meets("Ada").id, bob.hears(text).from)
            cat.await("message") { it["text"].asText() == text }
            ada.until("it was brought to both") { state ->
                state.delivery[id]?.members?.values?.count { it == DeliveryState.DELIVERED } == 2
            }

            val (bobHere, catHere) = ada.member("Bob") to ada.member("Cat")
            cat.send("cmd" to "typing", "on" to true)
            ada.until("Cat types") { it.typing == listOf(Typing(catHere, direct = false)) }
            cat.send("cmd" to "say", "text" to "Hello from a terminal", "ref" to "1")
            val said = ada.until("Cat has said it") { it.messages.last().text == "Hello from a terminal" }
            assertTrue(said.typing.isEmpty())

            bob.typing(true, to = "Ada")
            ada.until("Bob types in the direct thread") { it.typing == listOf(Typing(bobHere, direct = true)) }
            bob.direct("Ada", "for you alone")
            assertEquals(ada.member("Bob"), ada.hears("for you alone").with)
            cat.send("cmd" to "dm", "to" to "Ada", "text" to "and for you", "ref" to "2")
            assertTrue(ada.hears("and for you").direct)

            bob.rename("Robert")
            ada.meets("Robert")
            cat.await("member_changed") { it["member"]["name"].asText() == "Robert" }
            bob.until("Bob is called so here") { it.me.name == "Robert" }
            assertEquals(2u, ada.stats().links)
            assertTrue(bob.state.value.messages.none { it.text == "and for you" })
        }
    }

    @Test
    fun `what was said is answered, reacted to, changed and taken back`() = leavingNothing {
        twoMembers { ada, bob ->
            val id = ada.say("helo")
            bob.hears("helo")
            val answer = bob.say("what?", SayOptions(replyTo = id))
            assertEquals(id, ada.message(answer, "Bob answers") { true }.replyTo)
            bob.command(Command.React(id, "👍", true))
            val reacted = ada.message(id, "Bob reacts") { it.reactions.isNotEmpty() }
            assertEquals("👍" to listOf(ada.member("Bob")), reacted.reactions.single().let { it.emoji to it.by })
            ada.command(Command.Edit(id, "hello"))
            assertTrue(bob.message(id, "Ada edits") { it.text == "hello" }.edited)
            ada.command(Command.Unsend(id))
            assertEquals("", bob.message(id, "Ada takes it back") { it.unsent }.text)
        }
    }

    @Test
    fun `what is looked at once is shown once`() = leavingNothing {
        twoMembers { ada, bob ->
            val id = ada.say("for one look", SayOptions(viewOnce = true))
            assertEquals("", bob.message(id, "it came") { it.viewOnce }.text)
            assertEquals("for one look", bob.view(id))
            assertEquals("", bob.message(id, "it is gone") { it.unsent }.text)
            assertThrows<DayflyException.Refused> { runBlocking { bob.view(id) } }
        }
    }

    @Test
    fun `messages vanish where the owner wants them to`() = leavingNothing {
        twoMembers { ada, bob ->
            ada.command(Command.Expire(5u))
            bob.until("it is told") { it.room.expireSeconds == 5u }
            val id = bob.say("not for long")
            for (room in listOf(ada, bob)) assertTrue(room.hears("not for long").expiresAt != null)
            for (room in listOf(ada, bob)) room.message(id, "it vanished") { it.unsent && it.text.isEmpty() }
        }
    }

    @Test
    fun `receipts are told where both tell them`() = leavingNothing {
        twoMembers { ada, bob ->
            for (room in listOf(ada, bob)) room.command(Command.Receipts(true))
            val id = ada.say("seen?")
            bob.hears("seen?")
            bob.command(Command.Read(id))
            ada.until("Bob has seen it") { it.delivery[id]?.members?.values?.singleOrNull() == DeliveryState.READ }
        }
    }

    @Test
    fun `events come once each, and end with the room`() = leavingNothing {
        twoMembers { ada, bob ->
            val said = ada.events.filterIsInstance<Event.Message>().map { it.message.text }
            // Undispatched, so that both collect before anything is said.
            val heard = async(start = CoroutineStart.UNDISPATCHED) { said.toList() }
            val first = async(start = CoroutineStart.UNDISPATCHED) { said.first() }
            bob.say("once")
            withTimeout(DEADLINE.toMillis()) {
                assertEquals("once", first.await())
                ada.leave()
                assertEquals(listOf("once"), heard.await())
                assertEquals(emptyList<String>(), said.toList(), "it is over: nothing is told twice")
            }
            assertTrue(ada.state.value.messages.isEmpty())
        }
    }
}
