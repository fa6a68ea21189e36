package app.dayfly.android.phone

import android.security.keystore.KeyPermanentlyInvalidatedException
import app.dayfly.core.DayflyException
import app.dayfly.core.KeptIdentity
import app.dayfly.core.KeyStoreException
import app.dayfly.core.engine.ErrorKind
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.io.File
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey

/** The device's key store behind a kept identity, with a key in memory in place of the hardware's. */
@RunWith(RobolectricTestRunner::class)
class DeviceKeysTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val keys = MemoryKeys()
    private val device = DeviceKeys(keys)

    @Test
    fun whatIsSealedOpensAndLooksDifferentEachTime() {
        val secret = "secret".toByteArray()
        val blob = device.wrap(secret)
        assertArrayEquals(secret, device.unwrap(blob))
        assertNotEquals(blob.toList(), device.wrap(secret).toList())
    }

    @Test
    fun everyChangedByteIsNoticed() {
        val blob = device.wrap("secret".toByteArray())
        for (at in blob.indices) {
            val changed = blob.clone().also { it[at] = (it[at].toInt() xor 1).toByte() }
            assertThrows("byte $at", KeyStoreException::class.java) { device.unwrap(changed) }
        }
        assertThrows(KeyStoreException.Failed::class.java) { device.unwrap(ByteArray(0)) }
    }

    @Test
    fun aKeyThatIsGoneIsSaidToBe() {
        val blob = device.wrap("secret".toByteArray())
        keys.delete()
        assertThrows(KeyStoreException.Invalidated::class.java) { device.unwrap(blob) }
        keys.create()
        assertThrows(KeyStoreException.Invalidated::class.java) { device.unwrap(blob) }
        keys.broken = true
        assertThrows(KeyStoreException.Invalidated::class.java) { device.unwrap(blob) }
    }

    @Test
    fun anIdentityIsKeptFoundAgainAndForgotten() = runBlocking {
        val store = KeptStore(folder.root, device)
        assertNull(store.open())
        val did = KeptIdentity.create().use {
            store.keep(it)
            it.did()
        }
        assertTrue(store.exists())
        assertEquals(did, KeptStore(folder.root, device).open()!!.use { it.did() })
        assertFalse("the blob is sealed", did in File(folder.root, "kept").readText(Charsets.ISO_8859_1))
        keys.delete()
        val lost = assertThrows(DayflyException.Refused::class.java) { runBlocking { store.open() } }
        assertEquals(ErrorKind.KEY_STORE, lost.kind)
        store.forget()
        assertFalse(store.exists())
    }

    private class MemoryKeys : DeviceKeys.Keys {
        private var key: SecretKey? = null
        var broken = false

        override fun find(): SecretKey? = if (broken) throw KeyPermanentlyInvalidatedException() else key

        override fun create(): SecretKey = KeyGenerator.getInstance("AES").apply { init(256) }.generateKey().also {
            key =
                it
        }

        override fun delete() {
            key = null
        }
    }
}
