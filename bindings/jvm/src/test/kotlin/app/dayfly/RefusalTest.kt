package app.dayfly

import app.dayfly.core.Dayfly
import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.KeptIdentity
import app.dayfly.core.KeyStore
import app.dayfly.core.KeyStoreException
import app.dayfly.core.engine.DoctorOptions
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.proto.CodeHostEvent
import app.dayfly.core.proto.CodeLanguage
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.HistoryPolicy
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import java.net.ServerSocket

private val NATIVE = NativeOptions(history = HistoryPolicy.Members)

/** What cannot be done is refused with a kind to switch on and a sentence to show. */
class RefusalTest {
    @Test
    fun `what a room refuses`(): Unit = runBlocking {
        twoMembers { ada, bob ->
            assertEquals(ErrorKind.BAD_TEXT, refusal { ada.room.say("") })
            assertEquals(ErrorKind.NO_SUCH_MEMBER, refusal { ada.room.direct("nobody", "hello") })
            assertEquals(ErrorKind.NO_SUCH_MEMBER, refusal { ada.room.member("nobody") })
            assertEquals(ErrorKind.NOT_ALLOWED, refusal { bob.room.command(Command.Lock(true)) })
            assertEquals(ErrorKind.BAD_REQUEST, refusal { ada.room.command(Command.Expire(4u)) })
            ada.room.command(Command.Slow(3600u))
            bob.ear.await<Event.RoomChanged> { it.options.slowSeconds == 3600u }
            bob.room.say("once")
            assertEquals(ErrorKind.BUSY, refusal { bob.room.say("twice") })
            bob.room.leave()
            assertEquals(ErrorKind.ENDED, refusal { bob.room.say("late") })
        }
    }

    @Test
    fun `what an invite refuses`(): Unit = runBlocking {
        // A record of version 2, whose check holds.
        assertEquals(ErrorKind.NEWER_INVITE, refusal { Invite.parse("dayfly:AIAQAADBZZOWS").close() })
        Dayfly.start().use { dayfly ->
            dayfly.openNative(NATIVE, HOST).use { room ->
                room.invite().use { invite ->
                    assertEquals(ErrorKind.NOT_ALLOWED, refusal { invite.unlock("swordfish").close() })
                }
                room.leave()
            }
        }
    }

    @Test
    fun `what this device refuses`(): Unit = runBlocking {
        Dayfly.start().use { dayfly ->
            ServerSocket(0).use { taken ->
                val options = HOST.copy(embeddedTracker = "127.0.0.1:${taken.localPort}")
                assertEquals(ErrorKind.SYSTEM, refusal { dayfly.openNative(NATIVE, options).close() })
            }
        }
    }

    @Test
    fun `a code that nobody shows, and one with other words`(): Unit = runBlocking {
        Dayfly.start().use { one ->
            Dayfly.start().use { two ->
                one.openNative(NATIVE, HOST).use { room ->
                    val trackers = room.invite().use { it.info().trackers }
                    val guest = GUEST.copy(trackers = trackers)
                    room.shareCode(CodeLanguage.ENGLISH).use { share ->
                        val code = (share.next() as CodeHostEvent.Shown).code
                        val (number, words) = code.substringBefore('-') to code.substringAfter('-').split('-')
                        val others = listOf("tulip", "anchor", "violin").filter { it !in words }.take(2)
                        two.joinCode("$number-${others.joinToString("-")}", guest).use { join ->
                            assertEquals(ErrorKind.WRONG_CODE, refusal { join.room().close() })
                        }
                        val nobodys = if (number == "1111") "2222" else "1111"
                        two.joinCode("$nobodys-${words.joinToString("-")}", guest).use { join ->
                            assertEquals(ErrorKind.NOBODY_THERE, refusal { join.invite().close() })
                        }
                        two.joinCode("$nobodys-${words.joinToString("-")}", guest).use { join ->
                            join.stop()
                            assertEquals(ErrorKind.CANCELLED, refusal { join.room().close() })
                        }
                    }
                    room.leave()
                }
            }
        }
    }

    @Test
    fun `a device that goes while its code is being answered`(): Unit = runBlocking {
        Dayfly.start().use { one ->
            Dayfly.start().use { two ->
                val room = one.openNative(NATIVE, HOST.copy(password = "open sesame"))
                two.joinManual(room.manualOffer().text, GUEST).use { join ->
                    room.manualAnswer(join.answer().text)
                    assertEquals(ErrorKind.NEEDS_PASSWORD, refusal { join.room().close() })
                    room.leave()
                    room.close()
                    eventually("the connection is gone") {
                        runCatching { runBlocking { join.room() } }.exceptionOrNull().kind() == ErrorKind.UNREACHABLE
                    }
                }
            }
        }
    }

    private fun Throwable?.kind() = (this as? DayflyException.Refused)?.kind

    @Test
    fun `a store of keys that does not open`() {
        class Store(private val why: KeyStoreException) : KeyStore {
            override fun wrap(secret: ByteArray): ByteArray = throw why

            override fun unwrap(blob: ByteArray): ByteArray = throw why
        }
        KeptIdentity.create().use { identity ->
            val lost = KeyStoreException.Invalidated()
            val said = listOf(lost, KeyStoreException.Refused(), KeyStoreException.Failed()).map { why ->
                assertThrows<DayflyException.Refused> { identity.seal(Store(why)) }.also {
                    assertEquals(ErrorKind.KEY_STORE, it.kind)
                }.sentence
            }
            assertEquals(3, said.toSet().size, "$said")
        }
    }

    @Test
    fun `the doctor of a machine by itself`(): Unit = runBlocking {
        Dayfly.start().use { dayfly ->
            val findings = dayfly.doctor(DoctorOptions(local = true))
            assertTrue(findings.isNotEmpty() && findings.all { it.sentence.isNotBlank() }, "$findings")
        }
    }
}
