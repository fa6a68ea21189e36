// Measures what crossing into Rust costs, and prints rows for docs/benchmarks.md: scripts/bench kotlin.
// Nothing here passes or fails.
package app.dayfly.library

import app.dayfly.Dayfly
import app.dayfly.HOST
import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.KeptIdentity
import app.dayfly.core.Listener
import app.dayfly.core.Scanner
import app.dayfly.core.liveObjects
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.Event
import com.sun.jna.Native
import com.sun.jna.Pointer
import kotlinx.coroutines.Job
import kotlinx.coroutines.runBlocking
import java.nio.ByteBuffer
import java.nio.file.Path
import java.util.concurrent.ArrayBlockingQueue
import kotlin.io.path.div
import app.dayfly.core.Dayfly as CoreDayfly

/** Luma of a frame of 1080p. */
private const val FRAME = 1920 * 1080

/** Where all of this is: Maven runs it without saying so in `java.class.path`. */
private val CLASSES = listOf(Dayfly::class, Native::class, Event::class, Unit::class, Job::class, Note::class)
    .map { Path.of(it.java.protectionDomain.codeSource.location.toURI()) }.distinct().joinToString(":")

private object Note

private fun row(what: String, nanos: List<Long>) {
    val sorted = nanos.sorted()
    val at = { part: Double -> "%.1f".format(sorted[((sorted.size - 1) * part).toInt()] / 1000.0) }
    println("| $what | ${at(0.0)} | ${at(0.5)} | ${at(0.99)} | ${sorted.size} |")
}

private inline fun timed(times: Int, work: () -> Unit): List<Long> {
    repeat(times / 2) { work() }
    return List(times) {
        val start = System.nanoTime()
        work()
        System.nanoTime() - start
    }
}

private fun refused(call: () -> Unit) {
    try {
        call()
        error("it was to be refused")
    } catch (_: DayflyException.Refused) {
        // As it should: the way there is what is measured.
    }
}

/** Calls the other side, with nothing, with a record and with a wait. */
private fun calls() {
    row("a call that gives a number", timed(100_000) { liveObjects() })
    Invite.newWebRoom().use { row("a call that gives a record of nine fields", timed(20_000) { it.info() }) }
    runBlocking {
        Dayfly.start().use { dayfly ->
            dayfly.open(NATIVE, HOST).use { row("a wait for the engine's answer", timed(5_000) { it.stats() }) }
        }
    }
}

/** Notes when it heard of something; attached to the JVM once, or for each event as JNA does by itself. */
private class Ear(private val once: Boolean) : Listener {
    val heard = ArrayBlockingQueue<Long>(1_000)
    private var attached = false

    override fun onEvent(event: Event) {
        val now = System.nanoTime()
        if (once && !attached) {
            Native.detach(false)
            attached = true
        }
        if (event is Event.RoomChanged) heard.put(now)
    }
}

/** From asking for a change to hearing of it, by two listeners of one room. */
private fun events() = runBlocking {
    CoreDayfly.start().use { dayfly ->
        dayfly.openNative(NATIVE, HOST).use { room ->
            val ears = listOf(Ear(once = true), Ear(once = false))
            val taken = ears.map { mutableListOf<Long>() }
            val subscriptions = ears.map { room.subscribe(it) }
            repeat(6_000) { n ->
                val start = System.nanoTime()
                room.command(Command.Receipts(n % 2 == 0))
                ears.forEachIndexed { at, ear -> ear.heard.take().let { if (n >= 1_000) taken[at] += it - start } }
            }
            row("an event, as the library hears it, from the request that caused it", taken[0])
            row("the same beside it, attached anew for each event", taken[1])
            subscriptions.forEach { it.close() }
        }
    }
}

/** A frame by address and as an argument: the same bytes. */
private fun frames() {
    val plane = ByteBuffer.allocateDirect(FRAME)
    Scanner(FRAME.toULong(), 1u).use { scanner ->
        val lent = timed(300) {
            scanner.lend()!!.use { lease ->
                Pointer(lease.address().toLong()).getByteBuffer(0, FRAME.toLong()).put(plane.duplicate())
                refused { scanner.read(lease, 1u, 1u, 1u) }
            }
        }
        row("a frame of 1080p in lent memory: lent, copied, handed in", lent)
    }
    val bytes = ByteArray(FRAME)
    val argument = timed(60) { refused { runBlocking { KeptIdentity.readExport(bytes, "a passphrase of words") } } }
    row("the same bytes as a `ByteArray` argument", argument)
}

/** Starts in processes of their own, each told by the process itself. */
private fun starts() {
    val java = Path.of(System.getProperty("java.home")) / "bin" / "java"
    val library = "-Djna.library.path=${System.getProperty("jna.library.path")}"
    val told = List(10) {
        val process = ProcessBuilder("$java", library, "-cp", CLASSES, "app.dayfly.library.BenchKt", "start").start()
        process.inputStream.bufferedReader().readLines().map { it.toLong() }
    }
    row("the first `Dayfly.start` of a process, with loading JNA and the library", told.map { it[0] })
    row("the second: the engine alone", told.map { it[1] })
}

fun main(arguments: Array<String>) {
    if ("start" in arguments) {
        repeat(2) {
            val start = System.nanoTime()
            val dayfly = Dayfly.start()
            println(System.nanoTime() - start)
            dayfly.close()
        }
        return
    }
    println("| what | least, µs | median, µs | 99th of 100, µs | times |\n|---|---|---|---|---|")
    calls()
    events()
    frames()
    starts()
}
