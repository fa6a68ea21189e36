package app.dayfly.library

import app.dayfly.DEADLINE
import app.dayfly.Dayfly
import app.dayfly.GUEST
import app.dayfly.HOST
import app.dayfly.Terminal
import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.engine.DoctorOptions
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.proto.CodeEnd
import app.dayfly.core.proto.CodeGuestEvent
import app.dayfly.core.proto.CodeHostEvent
import app.dayfly.core.proto.CodeLanguage
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.MemberKind
import app.dayfly.core.proto.Trust
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** Every way into a room, and what is refused at the door. */
class WaysInTest {
    @Test
    fun `a web room is opened here and joined from the terminal, and the other way round`() = leavingNothing {
        Dayfly.start().use { dayfly ->
            Invite.newWebRoom().use { invite ->
                dayfly.enter(invite, HOST).use { room ->
                    assertEquals(false, room.state.value.room.native)
                    Terminal("join", room.invite.info().link, "--name", "Cat").use { cat ->
                        room.meets("Cat")
                        room.say("Welcome")
                        cat.await("message") { it["text"].asText() == "Welcome" }
                    }
                }
            }
            Terminal("open", "--web", "--name", "Cat").use { cat ->
                Invite.parse(cat.await("ready")["link"].asText()).use { invite ->
                    dayfly.enter(invite, GUEST).use { room ->
                        room.until("they find that both are Dayflies") { state ->
                            state.members.any { it.name == "Cat" && it.kind == MemberKind.NATIVE }
                        }
                        room.leave()
                        cat.await("member_left") { it["reason"].asText() == "left" }
                    }
                }
            }
        }
    }

    @Test
    fun `a room with a password asks for it`() = leavingNothing {
        Dayfly.start().use { dayfly ->
            dayfly.open(NATIVE, HOST.copy(password = "swordfish")).use { room ->
                val refused = assertThrows<DayflyException.Refused> { runBlocking { dayfly.enter(room.invite, GUEST) } }
                assertEquals(ErrorKind.NEEDS_PASSWORD, refused.kind)
                assertTrue(refused.sentence.isNotBlank())
                Dayfly.start().use { other ->
                    other.enter(room.invite, GUEST.copy(name = "Bob", password = "swordfish")).use { room.meets("Bob") }
                }
            }
        }
    }

    @Test
    fun `a code that is read aloud leads into the room`() = leavingNothing {
        Dayfly.start().use { one ->
            Dayfly.start().use { two ->
                one.open(NATIVE, HOST.copy(name = "Ada")).use { ada ->
                    val guest = GUEST.copy(name = "Bob", trackers = ada.invite.info().trackers)
                    ada.shareCode(CodeLanguage.ENGLISH).use { host ->
                        val shown = withTimeout(DEADLINE.toMillis()) { host.events.first { it is CodeHostEvent.Shown } }
                        val rest = async { host.events.toList() }
                        two.joinCode((shown as CodeHostEvent.Shown).code, guest).use { join ->
                            val told = async { join.events.toList() }
                            withTimeout(DEADLINE.toMillis()) { join.room() }.use { ada.meets("Bob") }
                            assertEquals(CodeGuestEvent.Done, told.await().last())
                        }
                        assertEquals(CodeHostEvent.Ended(CodeEnd.DONE), rest.await().last())
                    }
                    ada.shareCode(CodeLanguage.GERMAN).use { host ->
                        host.stop()
                        assertEquals(CodeHostEvent.Ended(CodeEnd.STOPPED), host.events.toList().last())
                    }
                }
            }
        }
    }

    @Test
    fun `two codes shown by hand lead into the room, and whoever showed them is verified`() = leavingNothing {
        Dayfly.start().use { one ->
            Dayfly.start().use { two ->
                one.open(NATIVE, HOST.copy(name = "Ada")).use { ada ->
                    two.joinManual(ada.manualOffer().text, GUEST.copy(name = "Bob")).use { join ->
                        ada.manualAnswer(join.answer.text)
                        withTimeout(DEADLINE.toMillis()) { join.room() }.use { bob ->
                            for (room in listOf(ada, bob)) {
                                room.until("verified") { it.members.singleOrNull()?.trust == Trust.VERIFIED }
                            }
                        }
                    }
                }
            }
        }
    }

    @Test
    fun `what the network allows is said in sentences`() = leavingNothing {
        Dayfly.start().use { dayfly ->
            val findings = withTimeout(DEADLINE.toMillis()) { dayfly.doctor(DoctorOptions(local = true)) }
            assertTrue(findings.isNotEmpty() && findings.all { it.sentence.isNotBlank() })
        }
    }

    @Test
    fun `panic ends every room, and Dayfly can be used again`() = leavingNothing {
        Dayfly.start().use { dayfly ->
            val options = HOST.copy(name = "Ada")
            dayfly.open(NATIVE, options).use { one ->
                dayfly.open(NATIVE, options).use { two ->
                    one.say("a secret")
                    dayfly.panic()
                    for (room in listOf(one, two)) {
                        assertEquals(EndReason.LEFT, room.until("it is over") { it.ended != null }.ended)
                        assertTrue(room.state.value.messages.isEmpty())
                        val refused = assertThrows<DayflyException.Refused> { runBlocking { room.say("too late") } }
                        assertEquals(ErrorKind.ENDED, refused.kind)
                    }
                }
            }
            dayfly.open(NATIVE, options).use { it.leave() }
        }
    }
}
