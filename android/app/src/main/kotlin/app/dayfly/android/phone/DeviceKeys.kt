package app.dayfly.android.phone

import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import android.security.keystore.UserNotAuthenticatedException
import app.dayfly.core.KeyStore
import app.dayfly.core.KeyStoreException
import java.security.GeneralSecurityException
import java.security.ProviderException
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/**
 * Seals small secrets, a kept identity above all, with a key that never leaves this device: in its secure element where it has one
 * (StrongBox), else in the processor's protected part. The key works only while the device is unlocked.
 * The blob is a version, the nonce that the key store drew, and the sealed secret.
 */
internal class DeviceKeys(private val keys: Keys) : KeyStore {
    /** The system's store, with a key of the name [alias] for one purpose. */
    constructor(alias: String) : this(SystemKeys(alias))

    /** Where the key is: the system's store, or one in memory for tests. */
    interface Keys {
        /** The key, or nothing where there is none or no longer. */
        fun find(): SecretKey?

        /** A new key in place of any other. */
        fun create(): SecretKey

        /** Ends the key: whatever it sealed stays sealed. */
        fun delete()
    }

    override fun wrap(secret: ByteArray): ByteArray = guarded {
        val cipher = Cipher.getInstance(TRANSFORMATION)
        try {
            cipher.init(Cipher.ENCRYPT_MODE, keys.find() ?: keys.create())
        } catch (_: KeyPermanentlyInvalidatedException) {
            // What the old key sealed is lost in any case, and this secret is here.
            cipher.init(Cipher.ENCRYPT_MODE, keys.create())
        }
        byteArrayOf(VERSION) + cipher.iv + cipher.doFinal(secret)
    }

    override fun unwrap(blob: ByteArray): ByteArray = guarded {
        if (blob.size <= HEADER || blob[0] != VERSION) throw KeyStoreException.Failed()
        val key = keys.find() ?: throw KeyStoreException.Invalidated()
        val cipher = Cipher.getInstance(TRANSFORMATION)
        cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, blob, 1, NONCE))
        cipher.doFinal(blob, HEADER, blob.size - HEADER)
    }

    /** Ends the key, with the last identity that it sealed. */
    fun forget(): Unit = keys.delete()

    private fun guarded(work: () -> ByteArray): ByteArray = try {
        work()
    } catch (_: KeyPermanentlyInvalidatedException) {
        throw KeyStoreException.Invalidated()
    } catch (_: AEADBadTagException) {
        // Sealed by a key that is no longer there.
        throw KeyStoreException.Invalidated()
    } catch (_: UserNotAuthenticatedException) {
        throw KeyStoreException.Refused()
    } catch (_: GeneralSecurityException) {
        throw KeyStoreException.Failed()
    } catch (_: ProviderException) {
        throw KeyStoreException.Failed()
    }

    private class SystemKeys(private val alias: String) : Keys {
        private fun store() = java.security.KeyStore.getInstance(STORE).apply { load(null) }

        override fun find(): SecretKey? = store().getKey(alias, null) as? SecretKey

        override fun create(): SecretKey = try {
            generate(strongBox = Build.VERSION.SDK_INT >= Build.VERSION_CODES.P)
        } catch (refused: ProviderException) {
            if (Build.VERSION.SDK_INT < Build.VERSION_CODES.P ||
                refused !is StrongBoxUnavailableException
            ) {
                throw refused
            }
            generate(strongBox = false)
        }

        override fun delete(): Unit = store().deleteEntry(alias)

        private fun generate(strongBox: Boolean): SecretKey {
            val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
            val spec = KeyGenParameterSpec.Builder(alias, purposes)
                .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
                .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
                .setKeySize(KEY_BITS)
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) {
                spec.setUnlockedDeviceRequired(true).setIsStrongBoxBacked(strongBox)
            }
            val generator = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, STORE)
            generator.init(spec.build())
            return generator.generateKey()
        }
    }

    private companion object {
        const val TRANSFORMATION = "AES/GCM/NoPadding"
        const val VERSION: Byte = 1
        const val NONCE = 12
        const val TAG_BITS = 128
        const val HEADER = 1 + NONCE
        const val STORE = "AndroidKeyStore"
        const val KEY_BITS = 256
    }
}
