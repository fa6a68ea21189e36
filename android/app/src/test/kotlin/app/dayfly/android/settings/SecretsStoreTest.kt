package app.dayfly.android.settings

import app.dayfly.core.KeyStore
import app.dayfly.core.KeyStoreException
import kotlinx.coroutines.test.runTest
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.io.File

/** Relay and proxy are on disk sealed or not at all, and are never left out in silence. */
@RunWith(RobolectricTestRunner::class)
class SecretsStoreTest {
    @get:Rule
    val folder = TemporaryFolder()

    private class Keys : KeyStore {
        var refuses: KeyStoreException? = null

        override fun wrap(secret: ByteArray): ByteArray = flipped(secret)

        override fun unwrap(blob: ByteArray): ByteArray = flipped(blob)

        private fun flipped(bytes: ByteArray): ByteArray {
            refuses?.let { throw it }
            return ByteArray(bytes.size) { (bytes[it].toInt() xor 0x5a).toByte() }
        }
    }

    private val keys = Keys()
    private val secrets = Secrets(OwnRelay("turn:relay.example:3478", "ada", "hunter2"), "socks5://u:p@127.0.0.1:9050")
    private val file
        get() = File(folder.root, "connections")

    @Test
    fun whatIsSetOutlivesTheProcessAndIsNotInTheClear() = runTest {
        SecretsStore(folder.root, keys).save(secrets)
        assertEquals(secrets, SecretsStore(folder.root, keys).load())
        val disk = file.readText(Charsets.ISO_8859_1)
        for (word in listOf("relay", "hunter2", "socks5", "ada")) assertFalse(word, word in disk)
    }

    @Test
    fun whatTheDeviceDoesNotSealIsNotOnDiskAndHoldsUntilTheEnd() = runTest {
        val store = SecretsStore(folder.root, keys)
        keys.refuses = KeyStoreException.Failed()
        assertTrue(runCatching { store.save(secrets) }.exceptionOrNull() is KeyStoreException)
        assertFalse(file.exists())
        assertEquals(secrets, store.load())
    }

    @Test
    fun whatDoesNotOpenIsToldAndNeverLeftOut() = runTest {
        SecretsStore(folder.root, keys).save(secrets)
        keys.refuses = KeyStoreException.Invalidated()
        val store = SecretsStore(folder.root, keys)
        assertTrue(runCatching { store.load() }.exceptionOrNull() is KeyStoreException.Invalidated)
        keys.refuses = null
        file.writeText("not what was sealed")
        assertTrue(runCatching { store.load() }.exceptionOrNull() is KeyStoreException.Failed)
    }

    @Test
    fun nothingSetIsNoFile() = runTest {
        val store = SecretsStore(folder.root, keys)
        store.save(secrets)
        store.save(Secrets())
        assertFalse(file.exists())
    }

    @Test
    fun forgettingDeletesTheFile() = runTest {
        val store = SecretsStore(folder.root, keys)
        store.save(secrets)
        store.forget()
        assertFalse(file.exists())
        assertEquals(Secrets(), store.load())
    }

    @Test
    fun secretsDoNotPrintThemselves() {
        assertEquals("Secrets OwnRelay", "$secrets ${secrets.relay}")
    }
}
