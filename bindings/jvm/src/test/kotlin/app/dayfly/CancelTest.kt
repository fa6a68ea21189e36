package app.dayfly

import app.dayfly.core.Cancel
import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.engine.ErrorKind
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import kotlinx.coroutines.yield
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** Every wait can be given up: by its own token, and by cancelling the coroutine. */
class CancelTest {
    @Test
    fun `a token ends the wait and leaves the room alone`(): Unit = runBlocking {
        inARoom { _, room, _ ->
            Cancel().use { cancel ->
                val wait = async(Dispatchers.Default) { runCatching { room.over(cancel) } }
                yield()
                cancel.cancel()
                val refused = withTimeout(DEADLINE.toMillis()) { wait.await() }.exceptionOrNull()
                assertEquals(ErrorKind.CANCELLED, (refused as DayflyException.Refused).kind)
            }
            room.say("still here")
        }
    }

    @Test
    fun `a token that was used already ends later waits at once`(): Unit = runBlocking {
        inARoom { dayfly, _, link ->
            Cancel().use { cancel ->
                cancel.cancel()
                Invite.parse(link).use { invite ->
                    val refused =
                        assertThrows<DayflyException.Refused> {
                            runBlocking { dayfly.enter(invite, GUEST, cancel = cancel) }
                        }
                    assertEquals(ErrorKind.CANCELLED, refused.kind)
                }
            }
        }
    }

    @Test
    fun `cancelling the coroutine ends the wait`(): Unit = runBlocking {
        inARoom { _, room, _ ->
            var ended: Throwable? = null
            val wait = launch(Dispatchers.Default) { ended = runCatching { room.over() }.exceptionOrNull() }
            yield()
            withTimeout(DEADLINE.toMillis()) {
                wait.cancel()
                wait.join()
            }
            assertTrue(ended == null || ended is CancellationException, "$ended")
            room.say("still here")
        }
    }
}
