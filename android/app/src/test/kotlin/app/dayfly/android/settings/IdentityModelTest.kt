package app.dayfly.android.settings

import android.net.Uri
import androidx.test.core.app.ApplicationProvider
import app.dayfly.android.phone.DeviceKeys
import app.dayfly.android.phone.KeptStore
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
import org.junit.Assert.assertNotNull
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

/** A kept identity is made, carried over by file and passphrase, and deleted; by the real core. */
@OptIn(ExperimentalCoroutinesApi::class)
@RunWith(RobolectricTestRunner::class)
class IdentityModelTest {
    @get:Rule
    val folder = TemporaryFolder()

    private class Keys : DeviceKeys.Keys {
        private var key: SecretKey? = null

        override fun find() = key

        override fun create(): SecretKey = SecretKeySpec(ByteArray(32) { it.toByte() }, "AES").also { key = it }

        override fun delete() {
            key = null
        }
    }

    private val documents by lazy {
        Documents(ApplicationProvider.getApplicationContext<android.app.Application>().contentResolver)
    }

    private fun model(place: String) = IdentityModel(KeptStore(folder.newFolder(place), DeviceKeys(Keys())), documents)

    private fun IdentityModel.await(what: (IdentityUi) -> Boolean) = runBlocking { ui.first { !it.busy && what(it) } }

    @Before
    fun main() = Dispatchers.setMain(UnconfinedTestDispatcher())

    @After
    fun noMain() = Dispatchers.resetMain()

    @Test
    fun anIdentityGoesToAnotherPhoneByFileAndPassphrase() {
        val here = model("here")
        here.create()
        val did = here.await { it.did != null }.did
        assertTrue(did, did!!.startsWith("did:key:"))
        val file = Uri.fromFile(File(folder.root, "export"))
        here.prepare("a long passphrase")
        here.export(file)
        here.await { it.exported }

        val there = model("there")
        there.pick(file)
        there.await { it.asks == IdentityUi.Ask.IMPORT }
        there.import("another passphrase")
        assertNotNull(there.await { it.problem == IdentityUi.Problem.REFUSED }.sentence)
        there.pick(file)
        there.await { it.asks == IdentityUi.Ask.IMPORT }
        there.import("a long passphrase")
        assertEquals(did, there.await { it.did != null }.did)
    }

    @Test
    fun whoThoughtBetterOfItWritesNothing() {
        val model = model("here")
        model.create()
        model.await { it.did != null }
        model.prepare("a long passphrase")
        model.export(null)
        assertFalse(model.ui.value.exported)
    }

    @Test
    fun aDeletedIdentityIsGone() {
        val store = KeptStore(folder.newFolder("here"), DeviceKeys(Keys()))
        val model = IdentityModel(store, documents)
        model.create()
        model.await { it.did != null }
        model.delete()
        model.await { !it.exists }
        assertFalse(store.exists())
    }
}
