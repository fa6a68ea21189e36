package app.dayfly

import app.dayfly.core.LogLevel
import app.dayfly.core.LogSink
import app.dayfly.core.logTo
import app.dayfly.core.logToSystem
import app.dayfly.core.proto.Event
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.ConcurrentLinkedQueue

/** The log reaches the app's sink, and holds no word, name, address or key at any level. */
class LogTest {
    @Test
    fun `a sink hears the log without content`(): Unit = runBlocking {
        val lines = ConcurrentLinkedQueue<String>()
        logTo(
            object : LogSink {
                override fun log(level: LogLevel, target: String, message: String) {
                    lines.add("$target: $message")
                    if (lines.size % 2 == 0) error("a sink that throws loses a line, nothing else")
                }
            },
            LogLevel.TRACE,
        )
        inARoom { _, room, link ->
            val thrower =
                object : Ear() {
                    override fun onEvent(event: Event) {
                        super.onEvent(event)
                        error("canary thrown")
                    }
                }
            room.subscribe(thrower).use {
                Terminal("join", link, "--name", "canary name").use { terminal ->
                    thrower.await<Event.MemberJoined>()
                    terminal.send("cmd" to "say", "text" to "canary text")
                    thrower.await<Event.Message>()
                }
                eventually("the failing listener is logged") { lines.any { "listener" in it } }
            }
        }
        // The system of a JVM has no log: nothing is said from now on, here or there.
        logToSystem(LogLevel.ERROR)
        val heard = lines.size
        inARoom { _, room, _ -> room.say("unheard") }
        assertEquals(heard, lines.size)
        val telling = listOf("canary", "127.0.0.1", "candidate", "ufrag", "BEGIN", "sha-256")
        val told = lines.filter { line -> telling.any { it in line } }
        assertTrue(told.isEmpty(), "the log tells too much:\n${told.joinToString("\n")}")
    }
}
