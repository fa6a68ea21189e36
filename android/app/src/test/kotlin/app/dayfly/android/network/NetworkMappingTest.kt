package app.dayfly.android.network

import app.dayfly.android.people.member
import app.dayfly.android.people.roomOf
import app.dayfly.core.engine.DoctorOptions
import app.dayfly.core.engine.IceServer
import app.dayfly.core.engine.Route
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.RendezvousState
import app.dayfly.core.proto.Via
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** The network in words follows from what the core tells, and the doctor's sentences suit an app. */
@RunWith(RobolectricTestRunner::class)
class NetworkMappingTest {
    private val usual = Ways(Route.AUTOMATIC, hasRelay = false)

    private fun meeting(online: Boolean, vararg states: RendezvousState): Meeting {
        val room = roomOf().copy(rendezvous = states.map { place("tracker", "wss://a.example/", it) })
        return networkState(room, null, online, usual).meeting
    }

    @Test
    fun oneAnswerIsEnough() {
        assertEquals(Meeting.SOME, meeting(true, RendezvousState.WAITING, RendezvousState.UP))
        // The local network answers where there is no internet.
        assertEquals(Meeting.SOME, meeting(false, RendezvousState.UP))
        assertEquals(Meeting.OFFLINE, meeting(false, RendezvousState.WAITING))
        assertEquals(Meeting.REACHING, meeting(true, RendezvousState.WAITING, RendezvousState.CONNECTING))
        assertEquals(Meeting.NONE, meeting(true, RendezvousState.WAITING, RendezvousState.DOWN))
        assertEquals(Meeting.NO_PLACES, meeting(true))
    }

    @Test
    fun aPlaceIsToldByItsKindAndHost() {
        val tracker = placeOf(place("tracker", "wss://tracker.example:443/announce", RendezvousState.UP))
        assertEquals(PlaceKind.TRACKER to "tracker.example:443", tracker.kind to tracker.host)
        assertEquals(PlaceKind.LAN to null, placeOf(place("lan", null, RendezvousState.UP)).let { it.kind to it.host })
        assertEquals(PlaceKind.OTHER, placeOf(place("pigeon", null, RendezvousState.UP)).kind)
    }

    @Test
    fun onlyWhoIsHereIsReachedThroughARelay() {
        val here = member("Bob", via = Via.RELAY)
        val away = member("Cat", via = Via.RELAY, state = MemberState.RECONNECTING)
        assertEquals(1, networkState(roomOf(here, away), null, true, usual).relayed)
    }

    @Test
    fun amountsAreToldInTheUnitThatSuitsThem() {
        assertEquals(999.0 to ByteUnit.BYTES, amount(999uL))
        assertEquals(1.5 to ByteUnit.KILO, amount(1_500uL))
        assertEquals(2.0 to ByteUnit.GIGA, amount(2_000_000_000uL))
        assertEquals(5_000.0 to ByteUnit.GIGA, amount(5_000_000_000_000uL))
    }

    @Test
    fun sentencesLoseWhatOnlyTheTerminalHas() {
        val cases = mapOf(
            "UDP leaves this network and comes back" to "UDP leaves this network and comes back.",
            "open.ftorrent.com answers in 212 ms" to "open.ftorrent.com answers in 212 ms.",
            "fail; a relay (--turn) helps, or IPv6" to "Fail; a relay helps, or IPv6.",
            "a relay over TLS on port 443 (--turn turns:HOST:443), which gets through" to
                "A relay over TLS on port 443, which gets through.",
            "unless it blocks multicast; then open with --lan" to "Unless it blocks multicast.",
            "no direct connection will work from here; people on this same network can be met (--lan)" to
                "No direct connection will work from here; people on this same network can be met.",
        )
        for ((sentence, shown) in cases) assertEquals(shown, forPeople(sentence))
        assertFalse(cases.values.any { "--" in it })
    }

    @Test
    fun itIsSaidWhoWillBeAsked() {
        val usualOnes = askedBy(DoctorOptions())
        assertEquals(Asked(emptyList(), usualTrackers = true, usualStun = true), usualOnes)
        val own = DoctorOptions(
            trackers = listOf("wss://tracker.example/"),
            iceServers = listOf(IceServer("turns:relay.example:443?transport=tcp", "", "")),
        )
        assertEquals(
            Asked(listOf("tracker.example", "relay.example"), usualTrackers = false, usualStun = false),
            askedBy(own),
        )
    }
}
