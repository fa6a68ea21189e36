package app.dayfly

import com.sun.jna.Native
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

// Waits for answers of the core. That cancelling a coroutine ends the wait in Rust is uniffi's doing in
// Kotlin: it frees the Rust future, which drops what it waited for.

/**
 * Waits for an object of the core. One that comes after the caller has given up is closed: a room
 * that nobody holds would be a room that nobody leaves.
 */
internal suspend fun <T : AutoCloseable> obtained(obtain: suspend () -> T): T {
    var got: T? = null
    try {
        return withContext(Dispatchers.Unconfined) {
            val caller = Thread.currentThread()
            obtain().also {
                got = it
                // Resumed where the answer came from, on the engine's thread: that one stays attached
                // to the JVM from here on, instead of for each answer.
                if (Thread.currentThread() !== caller) Native.detach(false)
            }
        }
    } catch (given: Throwable) {
        got?.close()
        throw given
    }
}
