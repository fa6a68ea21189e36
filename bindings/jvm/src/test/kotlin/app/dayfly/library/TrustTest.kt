package app.dayfly.library

import app.dayfly.Dayfly
import app.dayfly.GUEST
import app.dayfly.HOST
import app.dayfly.Room
import app.dayfly.Verification
import app.dayfly.core.KeptIdentity
import app.dayfly.core.proto.Trust
import app.dayfly.core.proto.VerificationState
import kotlinx.coroutines.flow.first
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Being sure of whom one talks to: codes compared by two and by all, scanned, and kept identities. */
class TrustTest {
    private suspend fun Verification.reaches(state: VerificationState) = steps.first { it.state == state }

    private suspend fun compared(ada: Room, bob: Room): Pair<Verification, Verification> {
        val asks = ada.verify("Bob")
        bob.until("Bob is asked") { it.verifications.isNotEmpty() }
        val agrees = bob.verify("Ada")
        val shown = listOf(asks, agrees).map { it.reaches(VerificationState.COMPARE) }
        assertEquals(7, shown[0].emoji?.size)
        assertEquals(shown[0].emoji to shown[0].digits, shown[1].emoji to shown[1].digits)
        return asks to agrees
    }

    @Test
    fun `two who compare codes are verified`() = leavingNothing {
        twoMembers { ada, bob ->
            assertEquals(Trust.NEW, ada.meets("Bob").trust)
            val both = compared(ada, bob).toList()
            both.forEach { it.confirm() }
            both.forEach { it.reaches(VerificationState.DONE) }
            for (room in listOf(ada, bob)) {
                room.until("verified") { state -> state.members.single().trust == Trust.VERIFIED }
            }
        }
    }

    @Test
    fun `codes that differ part the two`() = leavingNothing {
        twoMembers { ada, bob ->
            val (asks, agrees) = compared(ada, bob)
            asks.mismatch()
            agrees.reaches(VerificationState.MISMATCH)
            val ended = ada.until("parted") { it.members.none { m -> m.trust == Trust.NEW } }
            assertEquals(VerificationState.MISMATCH, ended.verifications.values.single().state)
        }
    }

    @Test
    fun `a comparison is given up`() = leavingNothing {
        twoMembers { ada, bob ->
            val (asks, agrees) = compared(ada, bob)
            agrees.cancel()
            asks.reaches(VerificationState.CANCELLED)
        }
    }

    @Test
    fun `everybody compares one code, the terminal too`() = leavingNothing {
        threeMembers { ada, bob, cat ->
            val asks = ada.groupCheck()
            bob.until("Bob is asked") { it.groupCheck != null }
            val agrees = bob.groupCheck()
            cat.await("group_check")
            cat.send("cmd" to "group_check")
            val digits = asks.reaches(VerificationState.COMPARE).digits
            assertEquals(digits, agrees.reaches(VerificationState.COMPARE).digits)
            assertEquals(digits, cat.await("group_check") { it["state"].asText() == "compare" }["digits"].asText())
            asks.confirm()
            agrees.confirm()
            cat.send("cmd" to "group_check_confirm")
            asks.reaches(VerificationState.DONE)
            assertEquals(2, agrees.reaches(VerificationState.DONE).members.size)
            ada.until("verified") { state -> state.members.all { it.trust == Trust.VERIFIED } }
        }
    }

    @Test
    fun `standing beside each other a scan is enough`() = leavingNothing {
        twoMembers { ada, bob ->
            assertEquals(bob.member("Ada"), bob.inPersonScanned(ada.inPersonCode()))
            bob.until("verified") { state -> state.members.single().trust == Trust.VERIFIED }
            ada.until("Ada is asked whether the other screen shows a tick") { state ->
                state.verifications.values.any { it.state == VerificationState.COMPARE && it.digits == null }
            }
        }
    }

    @Test
    fun `an identity that is kept is shown to the members`() = leavingNothing {
        Dayfly.start().use { one ->
            Dayfly.start().use { two ->
                KeptIdentity.create().use { kept ->
                    one.open(NATIVE, HOST.copy(name = "Ada")).use { ada ->
                        two.enter(ada.invite, GUEST.copy(name = "Bob"), kept).use {
                            val shown = ada.until("Bob shows it") { state -> state.members.any { it.kept != null } }
                            assertEquals(kept.did(), shown.members.single().kept)
                            assertTrue(kept.did().startsWith("did:key:"))
                        }
                    }
                }
            }
        }
    }
}
