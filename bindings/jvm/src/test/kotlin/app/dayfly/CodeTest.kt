package app.dayfly

import app.dayfly.core.Dayfly
import app.dayfly.core.DayflyException
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.liveObjects
import app.dayfly.core.proto.CodeEnd
import app.dayfly.core.proto.CodeGuestEvent
import app.dayfly.core.proto.CodeHostEvent
import app.dayfly.core.proto.CodeLanguage
import app.dayfly.core.proto.HistoryPolicy
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** A short code from one engine to another, over a tracker of this machine. */
class CodeTest {
    @Test
    fun `a code leads into the room once, and a slip of the finger is refused`(): Unit = runBlocking {
        val before = liveObjects()
        Dayfly.start().use { one ->
            Dayfly.start().use { two ->
                one.openNative(NativeOptions(history = HistoryPolicy.Members), HOST.copy(name = "Ada")).use { room ->
                    val trackers = room.invite().use { it.info().trackers }
                    val guest = GUEST.copy(name = "Bob", trackers = trackers)
                    room.shareCode(CodeLanguage.GERMAN).use { share ->
                        val shown = withTimeout(DEADLINE.toMillis()) { share.next() } as CodeHostEvent.Shown
                        val refused = assertThrows<DayflyException.Refused> {
                            runBlocking { two.joinCode(shown.code + "qx", guest) }
                        }
                        assertEquals(ErrorKind.BAD_CODE, refused.kind)
                        two.joinCode(shown.code.uppercase().replace('-', ' '), guest).use { join ->
                            withTimeout(DEADLINE.toMillis()) { join.room() }.use { entered ->
                                assertEquals(room.invite().use { it.info() }, entered.invite().use { it.info() })
                                entered.leave()
                            }
                            val told = generateSequence { runBlocking { join.next() } }.toList()
                            assertEquals(CodeGuestEvent.Done, told.last())
                        }
                        val told = generateSequence { runBlocking { share.next() } }.toList()
                        assertEquals(CodeHostEvent.Ended(CodeEnd.DONE), told.last())
                    }
                    room.shareCode(CodeLanguage.ARABIC).use { share ->
                        share.stop()
                        val told = generateSequence { runBlocking { share.next() } }.toList()
                        assertTrue(CodeHostEvent.Ended(CodeEnd.STOPPED) in told)
                    }
                    room.leave()
                }
            }
        }
        assertEquals(before, liveObjects(), "objects were left behind")
    }
}
