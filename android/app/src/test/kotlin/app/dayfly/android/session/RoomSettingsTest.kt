package app.dayfly.android.session

import app.dayfly.android.settings.OwnRelay
import app.dayfly.android.settings.Secrets
import app.dayfly.android.settings.Settings
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.engine.Route
import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** What each setting means for a room. */
@RunWith(RobolectricTestRunner::class)
class RoomSettingsTest {
    @Test
    fun settingsAsTheyComeAreTheCoresOwnDefaults() {
        val usual = RoomOptions(route = Route.AUTOMATIC)
        assertEquals(usual, roomOptions(Settings(), Secrets()))
    }

    @Test
    fun whatIsSwitchedOffIsNotAsked() {
        val options =
            roomOptions(Settings(nostr = false, dht = false, lan = false, route = Route.RELAY_ONLY), Secrets())
        assertEquals(emptyList<String>(), options.nostr)
        assertEquals(emptyList<String>(), options.dht)
        assertEquals(true, options.noLan)
        assertEquals(Route.RELAY_ONLY, options.route)
    }

    @Test
    fun anOwnRelayTakesThePlaceOfTheUsualServers() {
        fun urls(url: String) =
            roomOptions(Settings(), Secrets(relay = OwnRelay(url, "ada", "pass"))).iceServers!!.map { it.url }
        assertEquals(listOf("stun:relay.example:3478", "turn:relay.example:3478"), urls("turn:relay.example:3478"))
        assertEquals(listOf("turns:relay.example:443"), urls("turns:relay.example:443"))
        assertEquals(listOf("turn:relay.example:80?transport=tcp"), urls("turn:relay.example:80?transport=tcp"))
    }

    @Test
    fun aProxyIsHandedOn() {
        assertEquals(
            "socks5://127.0.0.1:9050",
            roomOptions(Settings(), Secrets(proxy = "socks5://127.0.0.1:9050")).proxy,
        )
    }
}
