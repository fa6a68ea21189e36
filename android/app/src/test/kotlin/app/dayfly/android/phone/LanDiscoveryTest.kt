package app.dayfly.android.phone

import app.dayfly.core.DiscoveryException
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** Finding others on the local network: the order of things, with a system that is made up. */
@RunWith(RobolectricTestRunner::class)
class LanDiscoveryTest {
    @Test
    fun onePhoneAfterTheOtherIsAskedForItsAddresses() {
        val slow = Slow()
        val discovery = LanDiscovery(slow)
        val heard = slow.search(discovery)
        heard.found("a")
        heard.found("b")
        heard.found("a")
        assertEquals(listOf("a"), slow.asked)
        slow.answer(null)
        assertEquals(listOf("a", "b"), slow.asked)
        discovery.stop()
        slow.answer(null)
        heard.found("c")
        assertEquals("after the end nobody is asked", listOf("a", "b"), slow.asked)
    }

    @Test
    fun whatIsNotAllowedIsSaid() {
        val refused = LanDiscovery(Slow(allowed = false))
        assertThrows(DiscoveryException.Refused::class.java) { refused.advertise("_dayfly._tcp", "x", 1u) }
        val nowhere = LanDiscovery(Slow(hasNetwork = false))
        assertThrows(DiscoveryException.NoNetwork::class.java) { nowhere.advertise("_dayfly._tcp", "x", 1u) }
        val broken = LanDiscovery(Slow(fault = SecurityException()))
        assertThrows(DiscoveryException.Refused::class.java) { broken.advertise("_dayfly._tcp", "x", 1u) }
        val odd = LanDiscovery(Slow(fault = IllegalStateException()))
        assertThrows(DiscoveryException.Failed::class.java) { odd.advertise("_dayfly._tcp", "x", 1u) }
    }

    /** A system that answers when it is told to. */
    private class Slow(
        override val allowed: Boolean = true,
        override val hasNetwork: Boolean = true,
        private val fault: RuntimeException? = null,
    ) : LanDiscovery.Nsd {
        val asked = mutableListOf<String>()
        private val waiting = ArrayDeque<(LanDiscovery.Where?) -> Unit>()
        private var heard: LanDiscovery.Heard? = null

        fun search(discovery: LanDiscovery): LanDiscovery.Heard {
            discovery.browse("_dayfly._tcp", app.dayfly.core.DiscoverySink(app.dayfly.core.NoHandle))
            return heard!!
        }

        fun answer(where: LanDiscovery.Where?) = waiting.removeFirst()(where)

        override fun advertise(service: String, instance: String, port: Int, failed: () -> Unit) {
            fault?.let { throw it }
        }

        override fun browse(service: String, heard: LanDiscovery.Heard) {
            this.heard = heard
        }

        override fun resolve(service: String, instance: String, answer: (LanDiscovery.Where?) -> Unit) {
            asked += instance
            waiting.addLast(answer)
        }

        override fun stop() = Unit
    }
}
