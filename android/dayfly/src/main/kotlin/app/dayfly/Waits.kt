package app.dayfly

import com.sun.jna.Native
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.withContext
import kotlin.coroutines.CoroutineContext

// Waits for answers of the core. That cancelling a coroutine ends the wait in Rust is uniffi's doing in
// Kotlin: it frees the Rust future, which drops what it waited for.

/**
 * Waits for an object of the core. One that comes after the caller has given up is closed: a room
 * that nobody holds would be a room that nobody leaves.
 */
internal suspend fun <T : AutoCloseable> obtained(obtain: suspend () -> T): T {
    var got: T? = null
    try {
        return withContext(Answered(Thread.currentThread())) { obtain().also { got = it } }
    } catch (given: Throwable) {
        got?.close()
        throw given
    }
}

/**
 * Goes on where coroutines do. It is told so in the thread that brings the answer, which is the
 * engine's: that one stays attached to the JVM from here on, instead of anew for each answer.
 */
private class Answered(private val caller: Thread) : CoroutineDispatcher() {
    override fun dispatch(context: CoroutineContext, block: Runnable) {
        if (Thread.currentThread() !== caller) Native.detach(false)
        Dispatchers.Default.dispatch(context, block)
    }
}

/** What comes next, again and again, until nothing does. */
internal fun <T : Any> each(next: suspend () -> T?): Flow<T> = flow {
    while (true) emit(next() ?: break)
}
