package app.dayfly.android.settings

import app.dayfly.core.KeyStore
import app.dayfly.core.KeyStoreException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.test.UnconfinedTestDispatcher
import kotlinx.coroutines.test.resetMain
import kotlinx.coroutines.test.runTest
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

/** What is typed of connections counts once it is whole. */
@OptIn(ExperimentalCoroutinesApi::class)
@RunWith(RobolectricTestRunner::class)
class ConnectionsModelTest {
    @get:Rule
    val folder = TemporaryFolder()

    private var refuses = false
    private val keys = object : KeyStore {
        override fun wrap(secret: ByteArray) = if (refuses) throw KeyStoreException.Failed() else secret

        override fun unwrap(blob: ByteArray) = if (refuses) throw KeyStoreException.Invalidated() else blob
    }
    private val settings by lazy { SettingsStore(folder.root) }
    private val secrets by lazy { SecretsStore(folder.root, keys) }

    @Before
    fun main() = Dispatchers.setMain(UnconfinedTestDispatcher())

    @After
    fun noMain() = Dispatchers.resetMain()

    private fun ConnectionsModel.typed(relay: String = "", proxy: String = "", trackers: String = "") {
        change {
            it.copy(relayUrl = relay, relayUser = "ada", relayPassword = "pw", proxy = proxy, trackers = trackers)
        }
        keep()
    }

    @Test
    fun whatIsKeptIsUsed() = runTest {
        val model = ConnectionsModel(settings, secrets)
        model.typed(" turn:relay.example:3478 ", "socks5://127.0.0.1:9050", "wss://a.example\nwss://b.example/x")
        val ui = model.ui.first { !it.changed }
        assertEquals(null, ui.problem)
        assertEquals(
            Secrets(OwnRelay("turn:relay.example:3478", "ada", "pw"), "socks5://127.0.0.1:9050"),
            secrets.load(),
        )
        assertEquals(listOf("wss://a.example", "wss://b.example/x"), settings.now.trackers)
    }

    @Test
    fun halfAnAddressIsSaidAndNotKept() = runTest {
        val model = ConnectionsModel(settings, secrets)
        model.typed(relay = "relay.example")
        assertEquals(ConnectionsProblem.RELAY, model.ui.value.problem)
        model.typed(proxy = "127.0.0.1:9050")
        assertEquals(ConnectionsProblem.PROXY, model.ui.value.problem)
        model.typed(trackers = "wss://a.example ws://b.example")
        assertEquals(ConnectionsProblem.TRACKER, model.ui.value.problem)
        assertTrue(model.ui.value.changed)
        assertEquals(Secrets(), secrets.load())
        assertEquals(emptyList<String>(), settings.now.trackers)
    }

    @Test
    fun whatIsNotSealedIsSaid() = runTest {
        val model = ConnectionsModel(settings, secrets)
        refuses = true
        model.typed(relay = "turns:relay.example:443?transport=tcp")
        assertEquals(ConnectionsProblem.NOT_SEALED, model.ui.first { !it.changed }.problem)
    }

    @Test
    fun whatDoesNotOpenIsSaidAndCanBeForgotten() = runTest {
        secrets.save(Secrets(proxy = "http://proxy.example:8080"))
        refuses = true
        val model = ConnectionsModel(settings, SecretsStore(folder.root, keys))
        assertEquals(ConnectionsProblem.NOT_OPENED, model.ui.first { it.problem != null }.problem)
        model.forget()
        assertEquals(null, model.ui.first { it.problem == null }.problem)
    }

    @Test
    fun addressesAreToldFromWhatIsNone() {
        for (good in listOf("", "turn:h", "turn:h:3478", "turns:h:443?transport=tcp", "turn:[2001:db8::1]:3478")) {
            assertTrue(good, ConnectionsModel.isRelay(good))
        }
        for (bad in listOf("h", "turn:", "turn://h", "stun:h", "turn:h:x", "turn:h h")) {
            assertFalse(bad, ConnectionsModel.isRelay(bad))
        }
        for (bad in listOf("socks5://h", "socks4://h:1", "h:1")) assertFalse(bad, ConnectionsModel.isProxy(bad))
        assertTrue(ConnectionsModel.isProxy("http://u:p@h:8080"))
    }
}
