package app.dayfly.android.phone

import android.net.LinkAddress
import android.net.LinkProperties
import android.net.Network
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runTest
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.shadows.ShadowNetwork
import java.net.InetAddress

/** When the core is told of another network. */
@OptIn(ExperimentalCoroutinesApi::class)
@RunWith(RobolectricTestRunner::class)
class NetworkWatchTest {
    private var told = 0

    @Test
    fun theFirstNetworkIsNoChangeAndTheNextIs() = runTest {
        val watch = watch()
        watch.onLinkPropertiesChanged(wifi, addresses("192.0.2.5"))
        settle()
        assertEquals(0, told)
        watch.onLinkPropertiesChanged(mobile, addresses("198.51.100.7"))
        settle()
        assertEquals(1, told)
    }

    @Test
    fun aBurstIsToldOnceAndTheSameAgainNotAtAll() = runTest {
        val watch = watch()
        watch.onLinkPropertiesChanged(wifi, addresses("192.0.2.5"))
        settle()
        for (last in 1..9) watch.onLinkPropertiesChanged(mobile, addresses("198.51.100.$last"))
        settle()
        assertEquals(1, told)
        watch.onLinkPropertiesChanged(mobile, addresses("198.51.100.9"))
        settle()
        assertEquals(1, told)
    }

    @Test
    fun noNetworkIsSaidAndItsReturnIsAChange() = runTest {
        val watch = watch()
        watch.onLinkPropertiesChanged(wifi, addresses("192.0.2.5"))
        settle()
        watch.onLost(wifi)
        settle()
        assertFalse(watch.online.value)
        assertEquals("there is nothing to connect by", 0, told)
        watch.onLinkPropertiesChanged(wifi, addresses("192.0.2.5"))
        settle()
        assertTrue(watch.online.value)
        assertEquals(1, told)
    }

    private fun TestScope.watch() = NetworkWatch(backgroundScope) { told += 1 }

    private fun TestScope.settle() {
        testScheduler.advanceTimeBy(1_000)
        testScheduler.runCurrent()
    }

    private fun addresses(vararg all: String) = LinkProperties().apply {
        setLinkAddresses(all.map { link(it) })
    }

    private fun link(address: String): LinkAddress =
        LinkAddress::class.java.getConstructor(InetAddress::class.java, Int::class.java)
            .newInstance(InetAddress.getByName(address), 24)

    private companion object {
        val wifi: Network = ShadowNetwork.newInstance(1)
        val mobile: Network = ShadowNetwork.newInstance(2)
    }
}
