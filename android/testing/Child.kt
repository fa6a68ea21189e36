package app.dayfly

import com.fasterxml.jackson.databind.JsonNode
import com.fasterxml.jackson.databind.ObjectMapper
import java.time.Duration
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread

/** Generous, for a loaded machine; nothing waits for it unless something is broken. */
val DEADLINE: Duration = Duration.ofSeconds(30)

/**
 * A child process that speaks JSON, one object a line with its `event`, and ends with its input. The tests
 * on the JVM (bindings/jvm) and those of the app share it.
 */
open class Child(vararg command: String) : AutoCloseable {
    private val json = ObjectMapper()
    private val lines = LinkedBlockingQueue<JsonNode>()
    private val seen = mutableListOf<JsonNode>()
    private val name = command.take(2).joinToString(" ")
    protected val process: Process = ProcessBuilder(*command).redirectError(ProcessBuilder.Redirect.INHERIT).start()

    init {
        thread(isDaemon = true) { process.inputStream.bufferedReader().forEachLine { lines.add(json.readTree(it)) } }
    }

    fun send(vararg fields: Pair<String, Any>) {
        process.outputStream.write((json.writeValueAsString(mapOf(*fields)) + "\n").toByteArray())
        process.outputStream.flush()
    }

    /** The first event, already here or still to come, of this name for which [holds]. */
    fun await(event: String, holds: (JsonNode) -> Boolean = { true }): JsonNode {
        val deadline = System.nanoTime() + DEADLINE.toNanos()
        var looked = 0
        while (true) {
            while (looked < seen.size) {
                val line = seen[looked++]
                if (line["event"].asText() == event && holds(line)) return line
            }
            val line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
                ?: error("$name said no such $event, only:\n${seen.joinToString("\n")}")
            seen.add(line)
        }
    }

    /** Waits for the program to end by itself, and gives its exit code. */
    fun exitCode(): Int {
        check(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) { "$name did not end" }
        return process.exitValue()
    }

    override fun close() {
        process.outputStream.close()
        if (!process.waitFor(5, TimeUnit.SECONDS)) process.destroyForcibly()
    }
}
