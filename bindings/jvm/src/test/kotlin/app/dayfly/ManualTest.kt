package app.dayfly

import app.dayfly.core.Cancel
import app.dayfly.core.Dayfly
import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.Room
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.liveObjects
import app.dayfly.core.manualHalf
import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.ManualHalf
import app.dayfly.core.proto.Trust
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

private val OPEN = NativeOptions(history = HistoryPolicy.Members)

/** Two engines on the JVM that meet by one code each way. */
class ManualTest {
    @Test
    fun `two codes bring two people together, verified, and a password is asked for on the way`(): Unit = runBlocking {
        val before = liveObjects()
        Dayfly.start().use { one ->
            Dayfly.start().use { two ->
                one.openNative(OPEN, HOST.copy(name = "Ada", password = "open sesame")).use { ada ->
                    val offer = ada.manualOffer()
                    assertEquals(ManualHalf.OFFER, manualHalf(offer.text))
                    assertThrows<DayflyException.Refused> { Invite.parse(offer.text) }
                    two.joinManual(offer.text, GUEST.copy(name = "Bob")).use { join ->
                        val answer = join.answer()
                        assertEquals(ManualHalf.ANSWER, manualHalf(answer.text))
                        ada.manualAnswer(answer.text)
                        val asked = assertThrows<DayflyException.Refused> { runBlocking { join.room() } }
                        assertEquals(ErrorKind.NEEDS_PASSWORD, asked.kind)
                        join.room("open sesame").use { bob ->
                            for (room in listOf(ada, bob)) {
                                eventually("verified") { room.labels() == listOf(Trust.VERIFIED) }
                            }
                        }
                    }
                    val used = assertThrows<DayflyException.Refused> { runBlocking { ada.manualAnswer(offer.text) } }
                    assertTrue(used.sentence.contains("made here"), used.sentence)
                }
            }
        }
        assertEquals(before, liveObjects(), "objects were left behind")
    }

    @Test
    fun `a wait for somebody who never takes the code is given up`(): Unit = runBlocking {
        Dayfly.start().use { one ->
            Dayfly.start().use { two ->
                one.openNative(OPEN, HOST).use { ada ->
                    two.joinManual(ada.manualOffer().text, GUEST).use { join ->
                        Cancel().use { cancel ->
                            val waiting = async { runCatching { join.room(cancel = cancel) } }
                            cancel.cancel()
                            val given = waiting.await().exceptionOrNull() as DayflyException.Refused
                            assertEquals(ErrorKind.CANCELLED, given.kind)
                        }
                    }
                }
            }
        }
    }
}

private fun Room.labels() = runBlocking { snapshot().members.map { it.trust } }
