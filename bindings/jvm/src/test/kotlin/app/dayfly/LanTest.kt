package app.dayfly

import app.dayfly.core.Dayfly
import app.dayfly.core.DiscoveryException
import app.dayfly.core.DiscoverySink
import app.dayfly.core.Invite
import app.dayfly.core.LocalDiscovery
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.liveObjects
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.RendezvousState
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.net.NetworkInterface

/** Devices of one network find each other through what the app implements. */
class LanTest {
    /** A network of this process: whoever advertises is found by whoever browses. */
    private class Network {
        private val services = mutableMapOf<String, Int>()
        private val sinks = mutableListOf<DiscoverySink>()
        private val addresses = NetworkInterface.networkInterfaces().flatMap { it.inetAddresses() }
            .map { it.hostAddress.substringBefore('%') }.toList()

        @Synchronized
        fun advertise(instance: String, port: Int) {
            services[instance] = port
            sinks.forEach { it.found(instance, addresses, port.toUShort()) }
        }

        @Synchronized
        fun browse(sink: DiscoverySink) {
            sinks += sink
            services.forEach { (instance, port) -> sink.found(instance, addresses, port.toUShort()) }
        }

        @Synchronized
        fun leave(instance: String?, sink: DiscoverySink?) {
            services -= instance ?: ""
            sink?.let { sinks -= it }
            instance?.let { gone -> sinks.forEach { it.lost(gone) } }
            sink?.close()
        }

        @Synchronized
        fun isEmpty() = services.isEmpty() && sinks.isEmpty()
    }

    private class Device(private val network: Network) : LocalDiscovery {
        private var instance: String? = null
        private var sink: DiscoverySink? = null

        override fun advertise(service: String, instance: String, port: UShort) {
            assertEquals("_dayfly._tcp", service)
            this.instance = instance
            network.advertise(instance, port.toInt())
        }

        override fun browse(service: String, sink: DiscoverySink) {
            this.sink = sink
            network.browse(sink)
        }

        override fun stop() {
            network.leave(instance, sink)
            instance = null
            sink = null
        }
    }

    private class Refused : LocalDiscovery {
        override fun advertise(service: String, instance: String, port: UShort): Unit =
            throw DiscoveryException.Refused()

        override fun browse(service: String, sink: DiscoverySink) {
            // Whoever does not keep it lets go of it, or it waits for the collector.
            sink.close()
            throw IllegalStateException("anything")
        }

        override fun stop() = throw IllegalStateException("anything")
    }

    /** Allowed to look, and finds that it cannot. */
    private class Lost(private val why: DiscoveryException) : LocalDiscovery {
        override fun advertise(service: String, instance: String, port: UShort): Unit =
            throw DiscoveryException.Failed()

        override fun browse(service: String, sink: DiscoverySink) = sink.use { it.failed(why) }

        override fun stop() = Unit
    }

    private val local = RoomOptions(local = true)

    @Test
    fun `two devices meet on their network alone`(): Unit = runBlocking {
        val before = liveObjects()
        val network = Network()
        Dayfly.startWith(Device(network)).use { one ->
            Dayfly.startWith(Device(network)).use { two ->
                one.openNative(NativeOptions(history = HistoryPolicy.Members), local.copy(name = "Ada")).use { ada ->
                    val link = ada.invite().use { it.info().link }
                    Invite.parse(link).use { two.enter(it, local.copy(name = "Bob")) }.use { bob ->
                        val ear = Ear()
                        bob.subscribe(ear).use {
                            ear.await("Ada") { event ->
                                when (event) {
                                    is Event.MemberJoined -> event.member.name == "Ada"
                                    is Event.Reset -> event.snapshot.members.any { it.name == "Ada" }
                                    else -> false
                                }
                            }
                            assertTrue(bob.snapshot().rendezvous.single().let { it.backend == "lan" && it.url == null })
                            bob.leave()
                        }
                    }
                    ada.leave()
                }
            }
        }
        eventually("the search has ended") { network.isEmpty() }
        eventually("objects are gone") { liveObjects() == before }
    }

    @Test
    fun `a search that fails later is reported`(): Unit = runBlocking {
        val before = liveObjects()
        Dayfly.startWith(Lost(DiscoveryException.NoNetwork())).use { dayfly ->
            dayfly.openNative(NativeOptions(history = HistoryPolicy.Members), local).use { room ->
                val ear = Ear()
                room.subscribe(ear).use {
                    ear.await<Event.Rendezvous> { "no network" in it.status.detail.orEmpty() }
                    room.leave()
                }
            }
        }
        eventually("objects are gone") { liveObjects() == before }
    }

    @Test
    fun `an app that may not look for others says so in words`(): Unit = runBlocking {
        val before = liveObjects()
        Dayfly.startWith(Refused()).use { dayfly ->
            dayfly.openNative(NativeOptions(history = HistoryPolicy.Members), local).use { room ->
                val ear = Ear()
                room.subscribe(ear).use {
                    val told = ear.await<Event.Rendezvous> { it.status.state == RendezvousState.WAITING }
                    assertEquals("lan", told.status.backend)
                    assertTrue(told.status.detail.orEmpty().contains("could not look for others"))
                    room.leave()
                }
            }
        }
        eventually("objects are gone") { liveObjects() == before }
    }
}
