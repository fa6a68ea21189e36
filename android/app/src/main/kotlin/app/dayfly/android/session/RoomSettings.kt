package app.dayfly.android.session

import app.dayfly.android.settings.OwnRelay
import app.dayfly.android.settings.Secrets
import app.dayfly.android.settings.Settings
import app.dayfly.core.engine.IceServer
import app.dayfly.core.engine.RoomOptions

// What the settings mean for a room: one function, so that one test shows all of it.

/** How rooms are opened and entered by these settings, but for a password. */
internal fun roomOptions(settings: Settings, secrets: Secrets): RoomOptions = RoomOptions(
    name = settings.name,
    trackers = settings.trackers,
    // Nothing means the usual ones, an empty list none.
    nostr = if (settings.nostr) null else emptyList(),
    dht = if (settings.dht) null else emptyList(),
    iceServers = secrets.relay?.servers(),
    noLan = !settings.lan,
    route = settings.route,
    relayForOthers = settings.relayForOthers,
    proxy = secrets.proxy.ifEmpty { null },
)

/** A person's own relay, in place of the usual servers; over UDP it also tells this device its own address. */
private fun OwnRelay.servers(): List<IceServer> {
    val relay = IceServer(url = url, username = username, credential = password)
    if (!url.startsWith(UDP_RELAY, ignoreCase = true) || '?' in url) return listOf(relay)
    return listOf(IceServer(url = "stun:" + url.drop(UDP_RELAY.length), username = "", credential = ""), relay)
}

private const val UDP_RELAY = "turn:"
