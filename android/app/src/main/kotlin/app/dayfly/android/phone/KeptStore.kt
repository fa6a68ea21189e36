package app.dayfly.android.phone

import android.util.AtomicFile
import app.dayfly.core.DayflyException
import app.dayfly.core.KeptIdentity
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext
import java.io.File
import java.io.IOException

/**
 * The kept identity, if a person chose to have one: a blob that only this device's key store opens, in a
 * directory that no backup takes. It holds the identity in memory only while a caller uses it.
 *
 * [directory] is one that no backup takes.
 */
internal class KeptStore(directory: File, private val keys: DeviceKeys) {
    private val file = AtomicFile(File(directory, "kept"))

    /** Whether there is one. */
    fun exists(): Boolean = file.baseFile.exists()

    /**
     * The identity, to be closed after use, or nothing where there is none.
     *
     * @throws DayflyException where the device's key store does not open it.
     */
    suspend fun open(): KeptIdentity? = withContext(Dispatchers.IO) {
        if (exists()) KeptIdentity.unseal(file.readFully(), keys) else null
    }

    /**
     * Keeps [identity] in place of any other.
     *
     * @throws DayflyException where the device's key store does not seal it.
     * @throws IOException where there is no room for it.
     */
    suspend fun keep(identity: KeptIdentity): Unit = withContext(Dispatchers.IO) {
        val blob = identity.seal(keys)
        val out = file.startWrite()
        try {
            out.write(blob)
            file.finishWrite(out)
        } catch (failed: IOException) {
            file.failWrite(out)
            throw failed
        }
    }

    /** Forgets it, and ends the key that sealed it: a copy of the blob is worth nothing then. */
    suspend fun forget(): Unit = withContext(Dispatchers.IO) {
        file.delete()
        keys.forget()
    }
}
