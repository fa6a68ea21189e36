package app.dayfly

import app.dayfly.core.proto.Event
import app.dayfly.core.proto.LeaveReason
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.SayOptions
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** A program on the JVM and the terminal client are in one room: they see each other, talk, and part. */
class TalkTest {
    @Test
    fun `a room opened here is joined from the terminal`(): Unit = runBlocking {
        inARoom { _, room, link ->
            val ear = Ear()
            room.subscribe(ear).use {
                ear.await<Event.Reset>()
                Terminal("join", link, "--name", "Terminal").use { terminal ->
                    terminal.await("ready")
                    val they = ear.await<Event.MemberJoined> { it.member.name == "Terminal" }.member
                    val me = terminal.await("member_joined") { it["member"]["name"].asText() == "Kotlin" }["member"]

                    room.typing(true)
                    terminal.await("typing") { it["from"] == me["id"] && it["on"].asBoolean() }
                    val text = "Hello from the JVM: äöü 🦀 \u0000"
                    room.say(text, SayOptions(reference = "mine"))
                    assertEquals(me["id"], terminal.await("message") { it["text"].asText() == text }["from"])
                    val mine = ear.await<Event.Message> { it.message.mine }.message
                    assertEquals("mine", mine.reference)

                    terminal.send("cmd" to "typing", "on" to true)
                    ear.await<Event.Typing> { it.from == they.id && it.on }
                    terminal.send("cmd" to "say", "text" to "Hello from a terminal", "ref" to "1")
                    val said = ear.await<Event.Message> { it.message.text == "Hello from a terminal" }.message
                    assertEquals(they.id, said.from)
                    assertFalse(said.mine || said.direct || said.history)

                    room.direct("Terminal", "for you alone")
                    assertTrue(
                        terminal.await("message") {
                            it["text"].asText() == "for you alone"
                        }["direct"].asBoolean(),
                    )
                    terminal.send("cmd" to "dm", "to" to "Kotlin", "text" to "and back", "ref" to "2")
                    assertTrue(ear.await<Event.Message> { it.message.text == "and back" }.message.direct)

                    room.rename("Ada")
                    terminal.await("member_changed") { it["member"]["name"].asText() == "Ada" }

                    assertEquals(MemberState.HERE, room.snapshot().members.single().state)
                    val stats = room.stats()
                    assertTrue(stats.bytesSent > 0u && stats.wakeUps > 0u)

                    // The connection looks for a way, finds the one it has, and goes on.
                    room.networkChanged()
                    terminal.send("cmd" to "network_changed")
                    room.say("Still here", SayOptions())
                    terminal.await("message") { it["text"].asText() == "Still here" }

                    terminal.send("cmd" to "leave")
                    val left = ear.await<Event.MemberLeft>()
                    assertEquals(they.id to LeaveReason.LEFT, left.id to left.reason)
                    assertEquals(0, terminal.exitCode())
                }
                room.leave()
                ear.await<Event.Left>()
            }
        }
    }

    @Test
    fun `a room opened in the terminal is joined from here`(): Unit = runBlocking {
        Terminal("open", "--web", "--name", "Terminal").use { terminal ->
            val link = terminal.await("ready")["link"].asText()
            app.dayfly.core.Dayfly.start().use { dayfly ->
                val room = app.dayfly.core.Invite.parse(link).use { dayfly.enter(it, GUEST) }
                room.use {
                    val ear = Ear()
                    room.subscribe(ear).use {
                        ear.await<Event.MemberJoined> { it.member.name == "Terminal" }
                        terminal.await("member_joined")
                        room.leave()
                        terminal.await("member_left") { it["reason"].asText() == "left" }
                    }
                }
            }
        }
    }
}
