package app.dayfly.android.phone

import app.dayfly.core.DiscoveryException
import app.dayfly.core.DiscoverySink
import app.dayfly.core.LocalDiscovery

/**
 * Finds Dayflies on the local network, and lets them find this one, by the system's own service. It owns
 * the order of things: addresses are asked for one service at a time where the system can do no more, and
 * what comes after the end is dropped. It refuses to know what a room is; the core calls it while one is
 * open that meets on the local network, and only then does anything here run.
 */
internal class LanDiscovery(private val system: Nsd) : LocalDiscovery {
    /** The system's service, as far as it is used: [SystemNsd], or one for tests. */
    interface Nsd {
        /** The person allows it; asked for from Android 17 on. */
        val allowed: Boolean

        /** There is a network on which somebody could be found. */
        val hasNetwork: Boolean

        /** Lets others find [instance]. */
        fun advertise(service: String, instance: String, port: Int, failed: () -> Unit)

        /** Looks for others. */
        fun browse(service: String, heard: Heard)

        /** Asks where [instance] is, and answers once or several times until the end. */
        fun resolve(service: String, instance: String, answer: (Where?) -> Unit)

        /** Ends all of it. */
        fun stop()
    }

    /** What a search tells, from any thread. */
    interface Heard {
        /** A service of this name is there. */
        fun found(instance: String)

        /** It is gone. */
        fun lost(instance: String)

        /** The search does not work. */
        fun failed()
    }

    /** Where a service is. */
    class Where(val addresses: List<String>, val port: Int)

    private var run = 0
    private var sink: DiscoverySink? = null
    private val waiting = ArrayDeque<String>()
    private var resolving = false

    @Synchronized
    override fun advertise(service: String, instance: String, port: UShort) {
        check()
        val mine = run
        guarded { system.advertise(service, instance, port.toInt()) { fail(mine) } }
    }

    @Synchronized
    override fun browse(service: String, sink: DiscoverySink) {
        check()
        this.sink?.close()
        this.sink = sink
        val mine = run
        val heard = object : Heard {
            override fun found(instance: String) = ask(mine, service, instance)

            override fun lost(instance: String) = tell(mine) {
                waiting.remove(instance)
                it.lost(instance)
            }

            override fun failed() = fail(mine)
        }
        guarded { system.browse(service, heard) }
    }

    @Synchronized
    override fun stop() {
        run += 1
        waiting.clear()
        resolving = false
        sink?.close()
        sink = null
        system.stop()
    }

    private fun check() {
        if (!system.allowed) throw DiscoveryException.Refused()
        if (!system.hasNetwork) throw DiscoveryException.NoNetwork()
    }

    private inline fun guarded(call: () -> Unit) {
        try {
            call()
        } catch (_: SecurityException) {
            throw DiscoveryException.Refused()
        } catch (_: RuntimeException) {
            throw DiscoveryException.Failed()
        }
    }

    private fun fail(mine: Int) = tell(mine) { it.failed(DiscoveryException.Failed()) }

    @Synchronized
    private fun tell(mine: Int, say: (DiscoverySink) -> Unit) {
        if (mine == run) sink?.let(say)
    }

    @Synchronized
    private fun ask(mine: Int, service: String, instance: String) {
        if (mine != run || instance in waiting || waiting.size >= MAX_WAITING) return
        waiting.addLast(instance)
        next(mine, service)
    }

    private fun next(mine: Int, service: String) {
        if (resolving) return
        val instance = waiting.firstOrNull() ?: return
        resolving = true
        system.resolve(service, instance) { where -> resolved(mine, service, instance, where) }
    }

    @Synchronized
    private fun resolved(mine: Int, service: String, instance: String, where: Where?) {
        if (mine != run) return
        if (where != null) sink?.found(instance, where.addresses, where.port.toUShort())
        // A later answer for the same service only updates it.
        if (waiting.firstOrNull() == instance) {
            waiting.removeFirst()
            resolving = false
            next(mine, service)
        }
    }

    private companion object {
        /** Somebody can invent services without end; who is not asked now is found again later. */
        const val MAX_WAITING = 64
    }
}
