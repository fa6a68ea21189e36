package app.dayfly

import app.dayfly.core.Dayfly
import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.Listener
import app.dayfly.core.Room
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.liveObjects
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.HistoryPolicy
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.assertThrows
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit

/** How a room on this machine alone is joined, and how one is opened: with a place to meet. */
val GUEST = RoomOptions(name = "Kotlin", local = true)
val HOST = GUEST.copy(embeddedTracker = "127.0.0.1:0")

/** A new room on this machine alone, and what it takes to clean it up. */
suspend fun inARoom(work: suspend (dayfly: Dayfly, room: Room, link: String) -> Unit) {
    val before = liveObjects()
    Dayfly.start().use { dayfly ->
        val room = Invite.newWebRoom().use { dayfly.enter(it, HOST) }
        room.use {
            val link = room.invite().use { it.info().link }
            work(dayfly, room, link)
            room.leave()
        }
    }
    assertEquals(before, liveObjects(), "objects were left behind")
}

/** A new native room on this machine alone. */
suspend fun inANativeRoom(work: suspend (room: Room) -> Unit) {
    val before = liveObjects()
    Dayfly.start().use { dayfly ->
        dayfly.openNative(NativeOptions(history = HistoryPolicy.Members), HOST).use { room ->
            work(room)
            room.leave()
        }
    }
    assertEquals(before, liveObjects(), "objects were left behind")
}

/** A member of a native room, and what it hears. */
class Member(val room: Room) : AutoCloseable {
    val ear = Ear()
    private val listening = room.subscribe(ear)

    fun meets(name: String) = ear.await(name) { event ->
        when (event) {
            is Event.MemberJoined -> event.member.name == name
            is Event.Reset -> event.snapshot.members.any { it.name == name }
            else -> false
        }
    }

    override fun close() {
        listening.close()
        room.close()
    }
}

/** Two members on the JVM in a native room of the first. */
suspend fun twoMembers(work: suspend (ada: Member, bob: Member) -> Unit) {
    val before = liveObjects()
    Dayfly.start().use { one ->
        Dayfly.start().use { two ->
            val opened = one.openNative(NativeOptions(history = HistoryPolicy.Members), HOST.copy(name = "Ada"))
            Member(opened).use { ada ->
                val link = opened.invite().use { it.info().link }
                val entered = Invite.parse(link).use { two.enter(it, GUEST.copy(name = "Bob")) }
                Member(entered).use { bob ->
                    ada.meets("Bob")
                    bob.meets("Ada")
                    work(ada, bob)
                }
            }
        }
    }
    assertEquals(before, liveObjects(), "objects were left behind")
}

/** Keeps what it hears, and waits for what it wants to hear. */
open class Ear : Listener {
    val events = LinkedBlockingQueue<Event>()
    private val seen = mutableListOf<Event>()

    override fun onEvent(event: Event) {
        events.add(event)
    }

    /** The first event of this kind, already here or still to come, for which [holds]. */
    inline fun <reified T : Event> await(crossinline holds: (T) -> Boolean = { true }): T =
        await(T::class.java.simpleName) { it is T && holds(it) } as T

    fun await(what: String, holds: (Event) -> Boolean): Event {
        val deadline = System.nanoTime() + DEADLINE.toNanos()
        var looked = 0
        while (true) {
            while (looked < seen.size) seen[looked++].let { if (holds(it)) return it }
            val event = events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
                ?: error("no such $what came, only:\n${seen.joinToString("\n")}")
            seen.add(event)
        }
    }

    fun heard(): List<Event> = seen + events
}

/** Waits until [holds], asking again and again. */
fun eventually(what: String, holds: () -> Boolean) {
    val deadline = System.nanoTime() + DEADLINE.toNanos()
    while (!holds()) {
        check(System.nanoTime() < deadline) { "still not: $what" }
        Thread.sleep(10)
    }
}

/** The kind with which [call] is refused. */
fun refusal(call: suspend () -> Unit): ErrorKind =
    assertThrows<DayflyException.Refused> { runBlocking { call() } }.also {
        assertTrue(it.sentence.endsWith("."), it.sentence)
    }.kind
