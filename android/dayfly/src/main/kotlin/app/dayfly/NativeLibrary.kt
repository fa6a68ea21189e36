package app.dayfly

import app.dayfly.core.DAYFLY_SURFACE
import app.dayfly.core.uniffiEnsureInitialized
import com.sun.jna.Function

/**
 * The native library that came with the app is missing, or was built for another version of this
 * one. Nothing can be done but to build the app anew: an app with both from one release never sees it.
 */
public class NativeLibraryException internal constructor(message: String, cause: Throwable?) :
    IllegalStateException(message, cause)

/** The native library: found, and of the version this code was made with, or refused in one sentence. */
internal object NativeLibrary {
    /** Looked at once, and told each time. */
    private val refusal: Refusal? by lazy {
        try {
            // Before anything else of it is used: another library may crash where it is called.
            val surface = Function.getFunction("dayfly", "dayfly_surface").invokeInt(emptyArray()).toUInt()
            if (surface == DAYFLY_SURFACE) {
                uniffiEnsureInitialized()
                null
            } else {
                Refusal(ANOTHER)
            }
        } catch (error: LinkageError) {
            val missing = error.message.orEmpty().startsWith("Unable to load library")
            Refusal(if (missing) MISSING else ANOTHER, error)
        }
    }

    fun require() {
        refusal?.let { throw NativeLibraryException(it.sentence, it.cause) }
    }

    private class Refusal(val sentence: String, val cause: Throwable? = null)

    private const val MISSING = "The native library libdayfly is not there: the app must bring the one for this system."
    private const val ANOTHER =
        "The native library libdayfly is of another version than the Kotlin code that uses it: take both from one release."
}
