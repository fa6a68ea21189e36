package app.dayfly.android.network

import androidx.lifecycle.ViewModel
import androidx.lifecycle.viewModelScope
import app.dayfly.Room
import app.dayfly.RoomState
import app.dayfly.core.DayflyException
import app.dayfly.core.engine.Route
import app.dayfly.core.engine.Stats
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.RendezvousState
import app.dayfly.core.proto.RendezvousStatus
import app.dayfly.core.proto.Via
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.stateIn
import java.net.URI

/** Which way people may be reached, as the settings were when the room was entered. */
internal data class Ways(val route: Route, val hasRelay: Boolean)

/** The kind of a place to meet. */
internal enum class PlaceKind { TRACKER, NOSTR, DHT, LAN, OTHER }

/** A place to meet as drawn. */
internal data class Place(
    val kind: PlaceKind,
    /** The core's word for it, for kinds this app has no words for. */
    val backend: String,
    val host: String?,
    val state: RendezvousState,
    val detail: String?,
)

/** How finding people goes, in one word for one sentence. */
internal enum class Meeting { OFFLINE, NO_PLACES, REACHING, NONE, SOME }

/** The network as drawn. */
internal data class NetworkState(
    val meeting: Meeting,
    val up: Int,
    val places: List<Place>,
    val native: Boolean,
    val ways: Ways,
    /** People here who are reached through a relay. */
    val relayed: Int,
    /** None until the first were counted. */
    val stats: Stats?,
)

/** A place to meet from its status. */
internal fun placeOf(status: RendezvousStatus): Place = Place(
    kind = when (status.backend) {
        "tracker" -> PlaceKind.TRACKER
        "nostr" -> PlaceKind.NOSTR
        "dht" -> PlaceKind.DHT
        "lan" -> PlaceKind.LAN
        else -> PlaceKind.OTHER
    },
    backend = status.backend,
    host = status.url?.let { url -> runCatching { URI(url).authority }.getOrNull() ?: url },
    state = status.state,
    detail = status.detail,
)

/** What is drawn of the network of [room]. */
internal fun networkState(room: RoomState, stats: Stats?, online: Boolean, ways: Ways): NetworkState {
    val places = room.rendezvous.map(::placeOf)
    val up = places.count { it.state == RendezvousState.UP }
    return NetworkState(
        meeting = when {
            up > 0 -> Meeting.SOME
            !online -> Meeting.OFFLINE
            places.isEmpty() -> Meeting.NO_PLACES
            places.any { it.state == RendezvousState.CONNECTING } -> Meeting.REACHING
            else -> Meeting.NONE
        },
        up = up,
        places = places.sortedBy { it.kind },
        native = room.room.native,
        ways = ways,
        relayed = room.members.count {
            it.id != room.me.id && it.state == MemberState.HERE && it.via == Via.RELAY
        },
        stats = stats,
    )
}

/** How this room finds people and reaches them. It counts only while somebody looks. */
internal class NetworkModel(private val room: Room, online: StateFlow<Boolean>, private val ways: suspend () -> Ways) :
    ViewModel() {
    val state: StateFlow<NetworkState> =
        combine(room.state, counted(), online, flow { emit(ways()) }) { now, stats, on, ways ->
            networkState(now, stats, on, ways)
        }.stateIn(
            viewModelScope,
            SharingStarted.WhileSubscribed(),
            networkState(room.state.value, null, online.value, Ways(Route.AUTOMATIC, hasRelay = false)),
        )

    private fun counted(): Flow<Stats?> = flow {
        emit(null)
        while (true) {
            try {
                emit(room.stats())
            } catch (_: DayflyException) {
                // The room is over or busy; what was counted last stays.
            }
            delay(BETWEEN_COUNTS)
        }
    }

    private companion object {
        const val BETWEEN_COUNTS = 2_000L
    }
}
