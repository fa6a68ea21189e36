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
    fun require() {
        try {
            uniffiEnsureInitialized()
        } catch (error: LinkageError) {
            val reason = generateSequence<Throwable>(error) { it.cause }.last()
            throw NativeLibraryException("$SENTENCE (${reason.message})", error)
        }
    }

    private const val SENTENCE =
        "The native library libdayfly is missing, or of another version than the Kotlin code that uses it: " +
            "take both from one release."
}
