package app.dayfly

import app.dayfly.core.ForeignException
import app.dayfly.core.Listener
import app.dayfly.core.liveObjects
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.Event
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger

/** Hears one event and is stuck with it. */
private class Blocked(private val release: CountDownLatch) : Ear() {
    override fun onEvent(event: Event) {
        super.onEvent(event)
        release.await()
    }
}

/** A listener that throws or blocks harms nobody, itself least of all; one that falls behind begins again. */
class ListenerTest {
    @Test
    fun `one that throws is called with the next event, and others hear all of it`(): Unit = runBlocking {
        inARoom { _, room, _ ->
            val thrower =
                object : Ear() {
                    override fun onEvent(event: Event) {
                        super.onEvent(event)
                        if (event is Event.Reset) throw ForeignException.Thrown()
                        error("this listener always does")
                    }
                }
            val ear = Ear()
            room.subscribe(thrower).use {
                room.subscribe(ear).use {
                    for (n in 1..3) room.say("$n")
                    for (n in 1..3) {
                        ear.await<Event.Message> { it.message.text == "$n" }
                        thrower.await<Event.Message> { it.message.text == "$n" }
                    }
                }
            }
        }
    }

    @Test
    fun `one that blocks holds up nobody and hears later what it missed`(): Unit = runBlocking {
        inARoom { _, room, _ ->
            val release = CountDownLatch(1)
            val blocked = Blocked(release)
            val ear = Ear()
            room.subscribe(blocked).use {
                blocked.await<Event.Reset>()
                room.subscribe(ear).use {
                    for (n in 1..3) room.say("$n")
                    ear.await<Event.Message> { it.message.text == "3" }
                    assertEquals(1, blocked.heard().size, "it is still in its first call")
                    release.countDown()
                    blocked.await<Event.Message> { it.message.text == "3" }
                    val missed = blocked.heard().filterIsInstance<Event.Message>().map { it.message.text }
                    assertEquals(listOf("1", "2", "3"), missed)
                }
            }
        }
    }

    @Test
    fun `one that is unsubscribed is called no more, even while it blocks`(): Unit = runBlocking {
        inARoom { _, room, _ ->
            val release = CountDownLatch(1)
            val blocked = Blocked(release)
            val subscription = room.subscribe(blocked)
            blocked.await<Event.Reset>()
            room.say("queued")
            subscription.unsubscribe()
            subscription.close()
            release.countDown()
            val ear = Ear()
            room.subscribe(ear).use { ear.await<Event.Reset> { it.snapshot.messages.any { m -> m.text == "queued" } } }
            assertEquals(1, blocked.heard().size)
        }
    }

    @Test
    fun `one that falls behind hears one reset, with the room as it is by then`(): Unit = runBlocking {
        inANativeRoom { room ->
            val release = CountDownLatch(1)
            val blocked = Blocked(release)
            room.subscribe(blocked).use {
                blocked.await<Event.Reset>()
                repeat(300) { room.command(Command.Receipts(it % 2 == 0)) }
                release.countDown()
                room.command(Command.Lock(true))
                blocked.await<Event.RoomChanged> { it.options.locked }
                assertEquals(2, blocked.heard().count { it is Event.Reset })
                assertTrue(blocked.heard().size < 300, "${blocked.heard().size}")
            }
        }
    }

    @Test
    fun `ten thousand events leave nothing behind`(): Unit = runBlocking {
        inANativeRoom { room ->
            val last = CompletableDeferred<Unit>()
            val (events, resets) = AtomicInteger() to AtomicInteger()
            val counter =
                object : Listener {
                    override fun onEvent(event: Event) {
                        events.incrementAndGet()
                        if (event is Event.Reset) resets.incrementAndGet()
                        if (event is Event.RoomChanged && event.options.locked) last.complete(Unit)
                    }
                }
            val before = liveObjects()
            room.subscribe(counter).use {
                repeat(10_000) { room.command(Command.Receipts(it % 2 == 0)) }
                room.command(Command.Lock(true))
                withTimeout(DEADLINE.toMillis()) { last.await() }
            }
            assertEquals(before, liveObjects())
            // All of them, unless this machine was so busy that it fell behind.
            assertTrue(events.get() == 10_002 || resets.get() > 1, "$events, of them $resets resets")
        }
    }

    @Test
    fun `one may ask the room from within a call`(): Unit = runBlocking {
        inARoom { _, room, _ ->
            val asker =
                object : Ear() {
                    override fun onEvent(event: Event) {
                        if (event is Event.Reset) runBlocking { room.say("from within") }
                        super.onEvent(event)
                    }
                }
            room.subscribe(asker).use { asker.await<Event.Message> { it.message.text == "from within" } }
        }
    }
}
