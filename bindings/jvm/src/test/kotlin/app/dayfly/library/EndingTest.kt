package app.dayfly.library

import app.dayfly.DEADLINE
import app.dayfly.Dayfly
import app.dayfly.GUEST
import app.dayfly.HOST
import app.dayfly.core.liveObjects
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.Event
import app.dayfly.eventually
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.locks.LockSupport

/** What is closed, cancelled or forgotten is gone, in Rust too: objects, waits and threads. */
class EndingTest {
    private fun threads() = Thread.getAllStackTraces().keys.filter { it.isAlive && it.name.startsWith("Thread-") }.size

    @Test
    fun `thirty rooms leave no object and no thread behind`() {
        val before = threads()
        leavingNothing {
            Dayfly.start().use { dayfly ->
                repeat(30) { n ->
                    dayfly.open(NATIVE, HOST).use { room ->
                        room.say("$n")
                        if (n % 2 == 0) room.leave()
                    }
                }
            }
        }
        eventually("the threads of listeners and engine are gone") { threads() <= before }
    }

    @Test
    fun `a room that is closed ends its flows and is left`() = leavingNothing {
        twoMembers { ada, bob ->
            val heard = async(start = CoroutineStart.UNDISPATCHED) { bob.events.toList() }
            bob.close()
            assertEquals(Event.Left(EndReason.LEFT), withTimeout(DEADLINE.toMillis()) { heard.await() }.last())
            assertEquals(EndReason.LEFT, bob.state.value.ended)
            ada.until("Bob left") { it.members.isEmpty() }
            // The system may tell of its networks just then.
            bob.networkChanged()
            bob.suspended()
            bob.resumed()
            bob.close()
        }
    }

    @Test
    fun `what is forgotten is freed by the collector`() {
        val before = liveObjects()
        runBlocking {
            val dayfly = Dayfly.start()
            dayfly.open(NATIVE, HOST).let { room ->
                room.say("and gone")
                room.invite.info()
            }
        }
        eventually("the objects are freed") {
            System.gc()
            liveObjects() == before
        }
    }

    @Test
    fun `cancelling the coroutine ends each wait, and what it would have brought`() = leavingNothing {
        Dayfly.start().use { one ->
            Dayfly.start().use { two ->
                one.open(NATIVE, HOST).use { ada ->
                    val over = launch(Dispatchers.Default) { ada.over() }
                    two.joinManual(ada.manualOffer().text, GUEST).use { join ->
                        val entering = launch(Dispatchers.Default) { join.room() }
                        entering.cancelAndJoin()
                    }
                    // Each at another moment of its opening, so that some rooms are there already.
                    repeat(40) { n ->
                        val began = CountDownLatch(1)
                        val opening = launch(Dispatchers.Default) {
                            began.countDown()
                            two.open(NATIVE, HOST).use { awaitCancellation() }
                        }
                        withContext(Dispatchers.IO) {
                            began.await()
                            LockSupport.parkNanos(n * 50_000L)
                        }
                        opening.cancelAndJoin()
                    }
                    over.cancelAndJoin()
                    ada.say("still here")
                }
            }
        }
    }

    @OptIn(ExperimentalCoroutinesApi::class)
    @Test
    fun `a collector that throws ends itself alone`() = leavingNothing {
        twoMembers { ada, bob ->
            val thrower = async(Dispatchers.Default + Job(), CoroutineStart.UNDISPATCHED) {
                ada.events.collect { error("this one always does") }
            }
            bob.say("hello")
            withTimeout(DEADLINE.toMillis()) { thrower.join() }
            assertEquals("this one always does", thrower.getCompletionExceptionOrNull()?.message)
            bob.say("after that")
            ada.hears("after that")
        }
    }

    @Test
    fun `a collector that blocks holds up nobody, and sees the newest state later`() = leavingNothing {
        twoMembers { ada, bob ->
            val began = CompletableDeferred<Unit>()
            val release = CompletableDeferred<Unit>()
            val seen = async(Dispatchers.IO) {
                ada.state.first { state ->
                    began.complete(Unit)
                    // A thread is blocked, not only the coroutine.
                    runBlocking { release.await() }
                    state.messages.size == 20
                }
            }
            began.await()
            repeat(20) { ada.hears("$it".also { text -> bob.say(text) }) }
            release.complete(Unit)
            val last = withTimeout(DEADLINE.toMillis()) { seen.await() }
            assertEquals((0..19).map { "$it" }, last.messages.map { it.text })
        }
    }

    @Test
    fun `one that blocks the listener's own thread ends up with the truth`() = leavingNothing {
        Dayfly.start().use { dayfly ->
            dayfly.open(NATIVE, HOST).use { room ->
                val release = CompletableDeferred<Unit>()
                val heard = ConcurrentLinkedQueue<Event>()
                val stuck = launch(Dispatchers.Unconfined) {
                    room.events.collect {
                        heard += it
                        runBlocking { release.await() }
                    }
                }
                try {
                    // More than the core's queue holds: it collapses to a reset.
                    repeat(TOGGLES) { n -> room.command(Command.Receipts(n % 2 == 0)) }
                } finally {
                    release.complete(Unit)
                }
                room.until("the last of them") { it.room.receipts }
                eventually("the collapse was told") { heard.any { it is Event.Reset } }
                stuck.cancelAndJoin()
                assertTrue(heard.size < TOGGLES)
            }
        }
    }

    private companion object {
        /** Odd, so that the last of them switches receipts on. */
        const val TOGGLES = 401
    }
}
