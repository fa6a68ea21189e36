package app.dayfly.android.settings

import android.content.ContentResolver
import android.net.Uri
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.io.IOException

/**
 * Files that a person picked in the system's own picker: the only ones outside the app's directory that
 * are read or written, each once.
 */
internal class Documents(private val resolver: ContentResolver) {
    /** What is in [uri], or nothing where it cannot be read or is longer than [max] bytes. */
    suspend fun read(uri: Uri, max: Int): ByteArray? = withContext(Dispatchers.IO) {
        try {
            resolver.openInputStream(uri)?.use { input ->
                val bytes = ByteArray(max + 1)
                var read = 0
                while (read <= max) {
                    val more = input.read(bytes, read, bytes.size - read)
                    if (more <= 0) break
                    read += more
                }
                bytes.copyOf(read).takeIf { read <= max }
            }
        } catch (_: IOException) {
            null
        } catch (_: SecurityException) {
            null
        }
    }

    /** Writes [bytes] to [uri]; whether that went well. */
    suspend fun write(uri: Uri, bytes: ByteArray): Boolean = withContext(Dispatchers.IO) {
        try {
            // "wt": what a longer file had before must not stay at its end.
            resolver.openOutputStream(uri, "wt")?.use { it.write(bytes) } != null
        } catch (_: IOException) {
            false
        } catch (_: SecurityException) {
            false
        }
    }
}
