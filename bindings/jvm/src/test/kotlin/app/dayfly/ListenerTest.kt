package app.dayfly

import app.dayfly.core.proto.Event
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import java.util.concurrent.CountDownLatch

/** Hears one event and is stuck with it. */
private class Blocked(private val release: CountDownLatch) : Ear() {
    override fun onEvent(event: Event) {
        super.onEvent(event)
        release.await()
    }
}

/**
 * A listener that throws or blocks harms nobody, itself least of all. That a queue that overflows
 * collapses to one reset is tested where it does (core/src/engine/hub.rs).
 */
class ListenerTest {
    @Test
    fun `one that throws is called with the next event, and others hear all of it`(): Unit = runBlocking {
        inARoom { _, room, _ ->
            val thrower =
                object : Ear() {
                    override fun onEvent(event: Event) {
                        super.onEvent(event)
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
