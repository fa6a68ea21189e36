package app.dayfly.android.network

import androidx.compose.runtime.Composable
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import app.dayfly.RoomState
import app.dayfly.android.R
import app.dayfly.android.people.few
import app.dayfly.android.people.idle
import app.dayfly.android.people.member
import app.dayfly.android.people.one
import app.dayfly.android.people.roomOf
import app.dayfly.android.people.words
import app.dayfly.android.testing.Shots
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.core.engine.Finding
import app.dayfly.core.engine.Route
import app.dayfly.core.engine.Stats
import app.dayfly.core.engine.What
import app.dayfly.core.proto.RendezvousState
import app.dayfly.core.proto.RendezvousStatus
import app.dayfly.core.proto.Via
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

internal val stats = Stats(
    links = 3u,
    connecting = 1u,
    offers = 4u,
    bytesSent = 48_213uL,
    bytesReceived = 1_903_441uL,
    trackerBytesSent = 9_120uL,
    refused = 2uL,
    dropped = 1uL,
    mismatched = 0uL,
    wakeUps = 1_200uL,
    wakeUpsPerMinute = 44uL,
    bytesSentPerMinute = 812uL,
    bytesReceivedPerMinute = 12_400uL,
    trackerBytesPerMinute = 120uL,
    relayedBytes = 0uL,
    relayingFor = 0u,
)

internal fun place(backend: String, url: String?, state: RendezvousState, detail: String? = null) =
    RendezvousStatus(backend, url, state, detail)

/** The network in words, as it looks. */
@RunWith(RobolectricTestRunner::class)
class NetworkShotsTest {
    @get:Rule
    val shots = Shots()

    private val usual = Ways(Route.AUTOMATIC, hasRelay = false)

    private fun room(vararg places: RendezvousStatus): RoomState =
        roomOf(member("Bob"), member("Cat", via = Via.RELAY)).copy(rendezvous = places.toList())

    private val some = room(
        place("tracker", "wss://open.ftorrent.com/", RendezvousState.UP),
        place("tracker", "wss://tracker.webtorrent.dev/", RendezvousState.WAITING, "does not answer"),
        place("nostr", "wss://relay.damus.io/", RendezvousState.CONNECTING),
        place("dht", null, RendezvousState.UP),
        place("lan", null, RendezvousState.DOWN, "The system refuses to look for others here."),
    )

    @Composable
    private fun Network(state: NetworkState) = DayflyTheme { NetworkScreen(state, idle()) }

    @Test
    fun some() = shots.draw("network-some") { Network(networkState(some, stats, online = true, usual)) }

    @Test
    fun counters() = shots.draw(
        "network-counters",
        few,
        act = { onNodeWithText(words(R.string.doctor_open)).performScrollTo() },
    ) {
        Network(networkState(some, stats.copy(relayingFor = 2u, relayedBytes = 8_000_000uL), online = true, usual))
    }

    @Test
    fun none() = shots.draw("network-none", few) {
        val none = room(place("tracker", "wss://open.ftorrent.com/", RendezvousState.WAITING))
        Network(networkState(none, null, online = true, Ways(Route.RELAY_ONLY, hasRelay = false)))
    }

    @Test
    fun offline() = shots.draw("network-offline", one) {
        val none = roomOf().copy(
            rendezvous = listOf(place("tracker", "wss://open.ftorrent.com/", RendezvousState.WAITING)),
        )
        Network(networkState(none, stats.copy(links = 0u), online = false, Ways(Route.RELAY_ONLY, hasRelay = true)))
    }

    @Composable
    private fun Doctor(state: DoctorState, copied: Boolean = false) =
        DayflyTheme { DoctorScreen(state, null, copied, idle()) }

    @Test
    fun doctorIdle() = shots.draw("doctor-idle", few) {
        Doctor(DoctorState.Idle(Asked(listOf("open.ftorrent.com"), usualTrackers = false, usualStun = true)))
    }

    @Test
    fun doctorRunning() = shots.draw("doctor-running", one) { Doctor(DoctorState.Running(4)) }

    private val findings = listOf(
        Finding(What.TRACKER, true, "open.ftorrent.com answers in 212 ms"),
        Finding(What.UDP, true, "UDP leaves this network and comes back"),
        Finding(
            What.NAT,
            false,
            "the address translation here gives each destination another port: direct connections to people in " +
                "networks like this one fail; a relay (--turn) helps, or IPv6 on both sides",
        ),
        Finding(What.IPV6, false, "IPv6 does not leave this network; that is usual and mostly harmless"),
        Finding(
            What.CONCLUSION,
            true,
            "direct connections will work with most people; not with those whose network gives each " +
                "destination another port, as some mobile networks do",
        ),
    )

    @Test
    fun doctorReport() = shots.draw("doctor-report") { Doctor(DoctorState.Report(findings), copied = true) }

    @Test
    fun doctorCopy() = shots.draw(
        "doctor-copy",
        one,
        act = { onNodeWithText(words(R.string.doctor_copy)).performScrollTo().performClick() },
    ) { Doctor(DoctorState.Report(findings)) }
}
