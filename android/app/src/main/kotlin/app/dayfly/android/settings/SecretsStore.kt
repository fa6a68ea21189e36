package app.dayfly.android.settings

import android.util.AtomicFile
import app.dayfly.core.KeyStore
import app.dayfly.core.KeyStoreException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import kotlinx.coroutines.withContext
import org.json.JSONException
import org.json.JSONObject
import java.io.File
import java.io.IOException

/**
 * The relay and the proxy of a person's own. Both may hold a password, so they are on disk only as a blob
 * that this device's key store opens. Where it does not open, [load] throws: a room that was to go through
 * a proxy must not be opened without it.
 */
internal class SecretsStore(directory: File, private val keys: KeyStore) {
    private val file = AtomicFile(File(directory, "connections"))
    private val lock = Mutex()
    private var held: Secrets? = null

    /** What is set. @throws KeyStoreException where it does not open. */
    suspend fun load(): Secrets = lock.withLock {
        held ?: withContext(Dispatchers.IO) { read() }.also { held = it }
    }

    /**
     * Sets [secrets]. They hold until the process ends in any case.
     *
     * @throws KeyStoreException where the device seals nothing: then they are not on disk.
     */
    suspend fun save(secrets: Secrets): Unit = lock.withLock {
        held = secrets
        withContext(Dispatchers.IO) { write(secrets) }
    }

    /** Forgets it all. */
    suspend fun forget(): Unit = lock.withLock {
        held = Secrets()
        withContext(Dispatchers.IO) { file.delete() }
    }

    private fun read(): Secrets {
        if (!file.baseFile.exists()) return Secrets()
        val blob =
            try {
                file.readFully()
            } catch (_: IOException) {
                throw KeyStoreException.Failed()
            }
        val json =
            try {
                JSONObject(keys.unwrap(blob).decodeToString())
            } catch (_: JSONException) {
                throw KeyStoreException.Failed()
            }
        val url = json.optString("relay")
        return Secrets(
            relay = if (url.isEmpty()) null else OwnRelay(url, json.optString("user"), json.optString("password")),
            proxy = json.optString("proxy"),
        )
    }

    private fun write(secrets: Secrets) {
        if (secrets == Secrets()) {
            file.delete()
            return
        }
        val json =
            JSONObject()
                .put("relay", secrets.relay?.url.orEmpty())
                .put("user", secrets.relay?.username.orEmpty())
                .put("password", secrets.relay?.password.orEmpty())
                .put("proxy", secrets.proxy)
        val blob = keys.wrap(json.toString().encodeToByteArray())
        try {
            val out = file.startWrite()
            try {
                out.write(blob)
                file.finishWrite(out)
            } catch (failed: IOException) {
                file.failWrite(out)
                throw failed
            }
        } catch (_: IOException) {
            throw KeyStoreException.Failed()
        }
    }
}
