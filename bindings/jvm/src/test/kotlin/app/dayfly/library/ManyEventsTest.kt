package app.dayfly.library

import app.dayfly.Dayfly
import app.dayfly.HOST
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.Event
import app.dayfly.eventually
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Ten thousand events through one collector: none is lost but to a reset, and the heap stays flat. */
class ManyEventsTest {
    private fun used(): Long {
        System.gc()
        return Runtime.getRuntime().run { totalMemory() - freeMemory() }
    }

    /** What is in use once the threads that clean up after objects have nothing left to do. */
    private fun settled(): Long {
        var least = used()
        var rounds = 0
        eventually("the heap settles") {
            val now = used()
            rounds = if (now < least - (16 shl 10)) 0 else rounds + 1
            least = minOf(least, now)
            rounds == 10
        }
        return least
    }

    @Test
    fun `ten thousand events are all told, and nothing is kept of them`() = leavingNothing {
        Dayfly.start().use { dayfly ->
            dayfly.open(NATIVE, HOST).use { room ->
                var told = 0
                var resets = 0
                val collecting = launch(Dispatchers.Default, CoroutineStart.UNDISPATCHED) {
                    room.events.collect { event ->
                        if (event is Event.Reset) resets++
                        if (event is Event.RoomChanged) {
                            assertEquals(told % 2 == 0, event.options.receipts, "one was lost")
                            told++
                        }
                    }
                }
                withContext(Dispatchers.Default) {
                    var begun = 0L
                    repeat(EVENTS) { n ->
                        val on = n % 2 == 0
                        room.command(Command.Receipts(on))
                        // A collector that is behind misses the oldest: here it is to miss none.
                        room.until("event $n") { it.room.receipts == on }
                        if (n == EVENTS / 10) begun = settled()
                    }
                    val grown = settled() - begun
                    assertTrue(grown < 4 shl 20, "the heap grew by $grown bytes")
                }
                room.leave()
                collecting.join()
                assertEquals(EVENTS, told)
                assertEquals(0, resets, "whoever keeps up is spared resets")
            }
        }
    }

    private companion object {
        const val EVENTS = 10_000
    }
}
