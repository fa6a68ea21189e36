package app.dayfly.android.phone

import android.content.Context
import android.content.pm.PackageManager
import android.net.ConnectivityManager
import android.net.nsd.NsdManager
import android.net.nsd.NsdServiceInfo
import android.net.wifi.WifiManager
import android.os.Build
import androidx.annotation.RequiresApi
import java.util.concurrent.Executor

/**
 * The system's service for finding others on the local network. It holds the multicast lock, which costs
 * battery, only while it looks. It decides nothing: see [LanDiscovery].
 */
internal class SystemNsd(private val context: Context) : LanDiscovery.Nsd {
    private val manager by lazy { context.getSystemService(NsdManager::class.java) }
    private var lock: WifiManager.MulticastLock? = null
    private val direct = Executor { it.run() }
    private var advertising: NsdManager.RegistrationListener? = null
    private var browsing: NsdManager.DiscoveryListener? = null
    private val following = HashMap<String, NsdManager.ServiceInfoCallback>()

    override val allowed: Boolean
        get() = Build.VERSION.SDK_INT < LOCAL_NETWORK_SINCE ||
            context.checkSelfPermission(LOCAL_NETWORK) == PackageManager.PERMISSION_GRANTED

    override val hasNetwork: Boolean
        get() = context.getSystemService(ConnectivityManager::class.java)?.activeNetwork != null

    override fun advertise(service: String, instance: String, port: Int, failed: () -> Unit) {
        val info = NsdServiceInfo().apply {
            serviceName = instance
            serviceType = service
            setPort(port)
        }
        val listener = object : NsdManager.RegistrationListener {
            override fun onServiceRegistered(serviceInfo: NsdServiceInfo) = Unit

            override fun onRegistrationFailed(serviceInfo: NsdServiceInfo, errorCode: Int) = failed()

            override fun onServiceUnregistered(serviceInfo: NsdServiceInfo) = Unit

            override fun onUnregistrationFailed(serviceInfo: NsdServiceInfo, errorCode: Int) = Unit
        }
        manager.registerService(info, NsdManager.PROTOCOL_DNS_SD, listener)
        advertising = listener
    }

    override fun browse(service: String, heard: LanDiscovery.Heard) {
        val listener = object : NsdManager.DiscoveryListener {
            override fun onDiscoveryStarted(serviceType: String) = Unit

            override fun onDiscoveryStopped(serviceType: String) = Unit

            override fun onStartDiscoveryFailed(serviceType: String, errorCode: Int) = heard.failed()

            override fun onStopDiscoveryFailed(serviceType: String, errorCode: Int) = Unit

            override fun onServiceFound(serviceInfo: NsdServiceInfo) = heard.found(serviceInfo.serviceName)

            override fun onServiceLost(serviceInfo: NsdServiceInfo) {
                if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) unfollow(serviceInfo.serviceName)
                heard.lost(serviceInfo.serviceName)
            }
        }
        lock = context.getSystemService(WifiManager::class.java)?.createMulticastLock("dayfly")?.apply { acquire() }
        manager.discoverServices(service, NsdManager.PROTOCOL_DNS_SD, listener)
        browsing = listener
    }

    override fun resolve(service: String, instance: String, answer: (LanDiscovery.Where?) -> Unit) {
        val info = NsdServiceInfo().apply {
            serviceName = instance
            serviceType = service
        }
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) {
            follow(info, answer)
        } else {
            @Suppress("DEPRECATION")
            manager.resolveService(info, Once(answer))
        }
    }

    override fun stop() {
        // A listener that failed to start is not registered, and the system throws for such a one.
        advertising?.let { runCatching { manager.unregisterService(it) } }
        advertising = null
        browsing?.let { runCatching { manager.stopServiceDiscovery(it) } }
        browsing = null
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) {
            synchronized(following) { following.keys.toList() }.forEach { unfollow(it) }
        }
        lock?.release()
        lock = null
    }

    @RequiresApi(Build.VERSION_CODES.UPSIDE_DOWN_CAKE)
    private fun follow(info: NsdServiceInfo, answer: (LanDiscovery.Where?) -> Unit) {
        unfollow(info.serviceName)
        val callback = object : NsdManager.ServiceInfoCallback {
            override fun onServiceInfoCallbackRegistrationFailed(errorCode: Int) = answer(null)

            override fun onServiceUpdated(serviceInfo: NsdServiceInfo) =
                answer(LanDiscovery.Where(serviceInfo.hostAddresses.mapNotNull { it.hostAddress }, serviceInfo.port))

            override fun onServiceLost() = answer(null)

            override fun onServiceInfoCallbackUnregistered() = Unit
        }
        synchronized(following) { following[info.serviceName] = callback }
        manager.registerServiceInfoCallback(info, direct, callback)
    }

    @RequiresApi(Build.VERSION_CODES.UPSIDE_DOWN_CAKE)
    private fun unfollow(instance: String) {
        val callback = synchronized(following) { following.remove(instance) } ?: return
        runCatching { manager.unregisterServiceInfoCallback(callback) }
    }

    private class Once(private val answer: (LanDiscovery.Where?) -> Unit) : NsdManager.ResolveListener {
        override fun onResolveFailed(serviceInfo: NsdServiceInfo, errorCode: Int) = answer(null)

        override fun onServiceResolved(serviceInfo: NsdServiceInfo) {
            @Suppress("DEPRECATION")
            val address = serviceInfo.host?.hostAddress
            answer(LanDiscovery.Where(listOfNotNull(address), serviceInfo.port))
        }
    }

    companion object {
        /** The permission that Android 17 (API 37) asks for; on older systems there is none to ask for. */
        const val LOCAL_NETWORK: String = "android.permission.ACCESS_LOCAL_NETWORK"

        /** Since when it exists. */
        const val LOCAL_NETWORK_SINCE: Int = 37
    }
}
