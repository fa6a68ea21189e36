package app.dayfly.android.settings

import android.net.Uri
import androidx.test.core.app.ApplicationProvider
import app.dayfly.android.phone.DeviceKeys
import app.dayfly.android.phone.KeptStore
import app.dayfly.core.KeyStore
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.UnconfinedTestDispatcher
import kotlinx.coroutines.test.resetMain
import kotlinx.coroutines.test.setMain
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.io.File
import javax.crypto.SecretKey
import javax.crypto.spec.SecretKeySpec

/** What is kept goes into a file, comes back from one, and is deleted altogether. */
@OptIn(ExperimentalCoroutinesApi::class)
@RunWith(RobolectricTestRunner::class)
class KeptModelTest {
    @get:Rule
    val folder = TemporaryFolder()

    private object Key : DeviceKeys.Keys {
        override fun find(): SecretKey = SecretKeySpec(ByteArray(32), "AES")

        override fun create(): SecretKey = find()

        override fun delete() = Unit
    }

    private val clear = object : KeyStore {
        override fun wrap(secret: ByteArray) = secret

        override fun unwrap(blob: ByteArray) = blob
    }

    private val disk by lazy { folder.newFolder("disk") }
    private val settings by lazy { SettingsStore(disk) }
    private val secrets by lazy { SecretsStore(disk, clear) }
    private val model by lazy {
        val resolver = ApplicationProvider.getApplicationContext<android.app.Application>().contentResolver
        KeptModel(settings, secrets, KeptStore(disk, DeviceKeys(Key)), Documents(resolver))
    }
    private val file by lazy { File(folder.root, "file") }

    private fun said(work: () -> Unit): KeptUi.Said? {
        work()
        return runBlocking { model.ui.first { it.said != null } }.said
    }

    @Before
    fun main() = Dispatchers.setMain(UnconfinedTestDispatcher())

    @After
    fun noMain() = Dispatchers.resetMain()

    @Test
    fun anExportHoldsTheSettingsAndNoSecret() {
        settings.update { it.copy(name = "Ada", termsAccepted = 1) }
        runBlocking {
            secrets.save(Secrets(OwnRelay("turn:relay.example", "ada", "hunter2"), "http://proxy.example:1"))
        }
        assertEquals(KeptUi.Said.EXPORTED, said { model.export(Uri.fromFile(file)) })
        val text = file.readText()
        assertTrue("Ada" in text)
        for (word in listOf("relay.example", "hunter2", "proxy.example")) assertFalse(word, word in text)
    }

    @Test
    fun anImportTakesSettingsAndAcceptsNoTerms() {
        file.writeText(SettingsFile.write(Settings(termsAccepted = 9, name = "Bob", dht = false)))
        assertEquals(KeptUi.Said.IMPORTED, said { model.import(Uri.fromFile(file)) })
        assertEquals(Settings(termsAccepted = 0, name = "Bob", dht = false), settings.now)
    }

    @Test
    fun whatIsNoFileOfSettingsChangesNothing() {
        file.writeText("{}")
        assertEquals(KeptUi.Said.NOT_SETTINGS, said { model.import(Uri.fromFile(file)) })
        file.writeText("x".repeat(SettingsFile.MAX_BYTES + 1))
        assertEquals(KeptUi.Said.NOT_SETTINGS, said { model.import(Uri.fromFile(file)) })
        assertEquals(KeptUi.Said.NOT_SETTINGS, said { model.import(Uri.fromFile(File(folder.root, "none"))) })
        assertEquals(Settings(), settings.now)
    }

    @Test
    fun deletingLeavesNothingButTheTerms() {
        settings.update { it.copy(name = "Ada") }
        runBlocking { secrets.save(Secrets(proxy = "http://proxy.example:1")) }
        File(disk, "kept").writeText("sealed")
        assertEquals(KeptUi.Said.DELETED, said { model.delete() })
        assertEquals(listOf("settings.json"), disk.list()?.toList())
        assertEquals(Settings(termsAccepted = Settings.TERMS), SettingsStore(disk).now)
    }
}
