package app.dayfly.android.phone

import android.net.ConnectivityManager
import android.net.LinkProperties
import android.net.Network
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch

/**
 * Watches the network this device uses by default, and says when it is another one or has other
 * addresses. What comes in a burst, as when Wi-Fi takes over from the mobile network, is told once. It
 * asks nobody whether the internet answers: a network without one is still a network.
 *
 * [changed] is called on [scope]'s thread.
 */
internal class NetworkWatch(private val scope: CoroutineScope, private val changed: () -> Unit) :
    ConnectivityManager.NetworkCallback() {
    private data class Seen(val network: Long, val addresses: Set<String>)

    private val on = MutableStateFlow(true)
    private var told: Seen? = null
    private var lost = false
    private var seen: Seen? = null
    private var waiting: Job? = null

    /** Whether there is any network. */
    val online: StateFlow<Boolean> = on.asStateFlow()

    /** Begins to watch. Where the system refuses, rooms notice a change by themselves, only later. */
    fun start(manager: ConnectivityManager) {
        on.value = manager.activeNetwork != null
        try {
            manager.registerDefaultNetworkCallback(this)
        } catch (_: RuntimeException) {
            // The system has a limit of callbacks; nothing here depends on this one.
            on.value = true
        }
    }

    override fun onLinkPropertiesChanged(network: Network, linkProperties: LinkProperties) {
        saw(Seen(network.networkHandle, linkProperties.linkAddresses.mapTo(HashSet()) { it.toString() }))
    }

    override fun onLost(network: Network) {
        saw(null)
    }

    private fun saw(now: Seen?) {
        // The system calls from a thread of its own.
        scope.launch {
            seen = now
            on.value = now != null
            if (waiting?.isActive == true) return@launch
            waiting = scope.launch {
                delay(SETTLING_MILLIS)
                tell()
            }
        }
    }

    private fun tell() {
        val now = seen
        // The first network is no change, and none is nothing to connect by.
        if (now != null && told != null && (now != told || lost)) changed()
        lost = now == null
        if (now != null) told = now
    }

    private companion object {
        /** Long enough for the addresses of a new network to come, short beside what a reconnect takes. */
        const val SETTLING_MILLIS = 300L
    }
}
