package app.dayfly

import app.dayfly.core.Cancel
import app.dayfly.core.DayflyException
import app.dayfly.core.Verification
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.MemberKind
import app.dayfly.core.proto.Trust
import app.dayfly.core.proto.VerificationState
import app.dayfly.core.proto.VerificationStep
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** People compare codes: two, everybody, or one scans the other's screen. */
class ChecksTest {
    @Test
    fun `members compare codes, and both are then verified`(): Unit = runBlocking {
        twoMembers { ada, bob ->
            val guest = ada.room.snapshot().members.single()
            assertEquals(MemberKind.NATIVE to Trust.NEW, guest.kind to guest.trust)
            ada.room.verify("Bob").use { asked ->
                bob.ear.await<Event.Verification> { it.state == VerificationState.ASKED }
                val seen = bob.room.verifications().single()
                assertEquals(VerificationState.ASKED, seen.use { it.step().state })
                bob.room.verify("Ada").use { agreed ->
                    assertEquals("Ada", bob.room.snapshot().members.single { it.id == agreed.member() }.name)
                    val shown = listOf(asked, agreed).map { it.until(VerificationState.COMPARE) }
                    assertEquals(shown[0].emoji, shown[1].emoji)
                    assertEquals(shown[0].digits, shown[1].digits)
                    assertEquals(7, shown[0].emoji?.size)
                    asked.confirm()
                    agreed.confirm()
                    for (one in listOf(asked, agreed)) {
                        assertEquals(VerificationState.DONE, one.until(VerificationState.DONE).state)
                        assertEquals(null, one.next())
                        val late = assertThrows<DayflyException.Refused> { runBlocking { one.confirm() } }
                        assertEquals(ErrorKind.BAD_REQUEST, late.kind)
                        one.cancel()
                    }
                }
            }
            for (member in listOf(ada, bob)) {
                assertEquals(Trust.VERIFIED, member.room.snapshot().members.single().trust)
            }
        }
    }

    @Test
    fun `everybody compares one code`(): Unit = runBlocking {
        twoMembers { ada, bob ->
            ada.room.groupCheck().use { begun ->
                bob.ear.await<Event.GroupCheck> { it.state == VerificationState.COMPARE }
                bob.room.groupCheck().use { joined ->
                    assertNull(joined.member())
                    val shown = listOf(begun, joined).map { it.until(VerificationState.COMPARE) }
                    assertEquals(shown[0].digits, shown[1].digits)
                    assertEquals(listOf(1, 1), shown.map { it.members.size })
                    begun.confirm()
                    joined.confirm()
                    for (one in listOf(begun, joined)) one.until(VerificationState.DONE)
                }
            }
        }
    }

    @Test
    fun `codes that differ end the connection`(): Unit = runBlocking {
        twoMembers { ada, bob ->
            ada.room.verify("Bob").use { one ->
                bob.ear.await<Event.Verification> { it.state == VerificationState.ASKED }
                bob.room.verify("Ada").use { other ->
                    other.until(VerificationState.COMPARE)
                    other.mismatch()
                    one.until(VerificationState.MISMATCH)
                    other.until(VerificationState.MISMATCH)
                }
            }
            ada.ear.await<Event.MemberLeft>()
        }
    }

    @Test
    fun `one that is asked for can be declined, and one that is let go of is given up`(): Unit = runBlocking {
        twoMembers { ada, bob ->
            ada.room.verify("Bob").use { asking ->
                bob.ear.await<Event.Verification> { it.state == VerificationState.ASKED }
                // Looking at it neither agrees nor declines.
                bob.room.verifications().single().close()
                bob.room.verifications().single().use { it.cancel() }
                asking.until(VerificationState.CANCELLED)
            }
            ada.room.verify("Bob").use { first ->
                // Another handle to the same comparison: letting go of one of them changes nothing.
                ada.room.verify("Bob").close()
                assertEquals(VerificationState.WAITING, first.step().state)
            }
            ada.ear.await<Event.Verification> { it.state == VerificationState.CANCELLED }
            assertEquals(emptyList<Verification>(), ada.room.verifications())
        }
    }

    @Test
    fun `a wait for a step is given up, and ends with the room`(): Unit = runBlocking {
        twoMembers { ada, _ ->
            ada.room.verify("Bob").use { one ->
                assertEquals(VerificationState.WAITING, one.next()?.state)
                Cancel().use { cancel ->
                    cancel.cancel()
                    assertEquals(ErrorKind.CANCELLED, refusal { one.next(cancel) })
                }
                ada.room.leave()
                assertEquals(ErrorKind.ENDED, refusal { while (one.next() != null) Unit })
                assertEquals(ErrorKind.ENDED, refusal { one.confirm() })
            }
        }
    }

    @Test
    fun `a screen is scanned, and the one who showed it says that there is a tick`(): Unit = runBlocking {
        twoMembers { ada, bob ->
            val code = ada.room.inPersonCode()
            val whose = bob.room.inPersonScanned(code)
            assertEquals("Ada", bob.room.snapshot().members.single { it.id == whose }.name)
            bob.ear.await<Event.Verification> { it.state == VerificationState.DONE }
            ada.ear.await<Event.Verification> { it.state == VerificationState.COMPARE && it.digits == null }
            ada.room.verify("Bob").use { tick ->
                tick.confirm()
                tick.until(VerificationState.DONE)
            }
            assertEquals(ErrorKind.BAD_REQUEST, refusal { bob.room.inPersonScanned("nothing") })
        }
    }

    private suspend fun Verification.until(state: VerificationState): VerificationStep =
        withTimeout(DEADLINE.toMillis()) {
            var step = next()
            while (step != null && step.state != state) step = next()
            step ?: error("it ended as ${step().state}, without $state")
        }
}
