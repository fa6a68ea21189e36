package app.dayfly

import app.dayfly.core.uniffiEnsureInitialized

/**
 * The native library that came with the app is missing, or was built for another version of this
 * one. Nothing can be done but to build the app anew: an app with both from one release never sees it.
 */
public class NativeLibraryException internal constructor(message: String, cause: Throwable) :
    IllegalStateException(message, cause)

/** The native library: found, and of the version this code was made with, or refused in one sentence. */
internal object NativeLibrary {
    /** What the JVM says about it, the first time and each time after. */
    private val refusal: LinkageError? by lazy {
        try {
            uniffiEnsureInitialized()
            null
        } catch (error: LinkageError) {
            error
        }
    }

    fun require() {
        val error = refusal ?: return
        val missing = error is UnsatisfiedLinkError && error.message.orEmpty().startsWith("Unable to load library")
        throw NativeLibraryException(if (missing) MISSING else ANOTHER, error)
    }

    private const val MISSING = "The native library libdayfly is not there: the app must bring the one for this system."
    private const val ANOTHER =
        "The native library libdayfly is of another version than the Kotlin code that uses it: take both from one release."
}
