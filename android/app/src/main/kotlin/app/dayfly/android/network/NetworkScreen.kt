package app.dayfly.android.network

import androidx.annotation.DrawableRes
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.people.isolated
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.Pict
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.faint
import app.dayfly.core.engine.Route
import app.dayfly.core.engine.Stats
import app.dayfly.core.proto.RendezvousState
import java.text.NumberFormat

/** What can be done about the network. */
internal interface NetworkActions {
    fun back()

    fun doctor()
}

/** The network in words: where this room meets, what each place learns, and how people are reached. */
@Composable
internal fun NetworkScreen(state: NetworkState, actions: NetworkActions) {
    ScreenScaffold(stringResource(R.string.network_title), actions::back) { padding ->
        ScreenColumn(padding) {
            Summary(state)
            RouteWords(state.ways)
            if (state.places.isNotEmpty()) {
                SectionTitle(stringResource(R.string.network_heading_places))
                Group {
                    state.places.forEachIndexed { at, place ->
                        if (at > 0) RowLine()
                        PlaceRow(place)
                    }
                }
                Learns(state)
            }
            state.stats?.let { Connections(state, it) }
            SectionTitle(stringResource(R.string.doctor_title))
            Group {
                LinkRow(
                    stringResource(R.string.doctor_open),
                    text = stringResource(R.string.doctor_open_detail),
                    icon = R.drawable.ic_network,
                    onClick = actions::doctor,
                )
            }
        }
    }
}

@Composable
private fun Summary(state: NetworkState) {
    val all = state.places.size
    val (kind, title, text) = when (state.meeting) {
        Meeting.OFFLINE -> Triple(
            BannerKind.PROBLEM,
            stringResource(R.string.network_offline),
            R.string.network_offline_text,
        )

        Meeting.NO_PLACES -> Triple(
            BannerKind.NOTE,
            stringResource(R.string.network_empty),
            R.string.network_empty_text,
        )

        Meeting.REACHING -> Triple(
            BannerKind.NOTE,
            stringResource(R.string.network_reaching),
            R.string.network_reaching_text,
        )

        Meeting.NONE -> Triple(BannerKind.PROBLEM, stringResource(R.string.network_none), R.string.network_none_text)

        Meeting.SOME -> Triple(
            BannerKind.GOOD,
            if (state.up == all) {
                pluralStringResource(R.plurals.network_up, state.up, state.up)
            } else {
                stringResource(R.string.network_up_of, state.up, all)
            },
            R.string.network_up_text,
        )
    }
    Banner(kind, stringResource(text), Modifier.padding(top = Space.small), title = title)
}

@Composable
private fun RouteWords(ways: Ways) {
    val modifier = Modifier.padding(top = Space.small)
    when {
        ways.route == Route.RELAY_ONLY && !ways.hasRelay -> Banner(
            BannerKind.PROBLEM,
            stringResource(R.string.network_relay_only_none),
            modifier,
            title = stringResource(R.string.network_relay_only),
        )

        ways.route == Route.RELAY_ONLY -> Banner(
            BannerKind.NOTE,
            stringResource(R.string.network_relay_only_text),
            modifier,
            title = stringResource(R.string.network_relay_only),
        )

        ways.route == Route.DIRECT_ONLY -> Banner(
            BannerKind.NOTE,
            stringResource(R.string.network_direct_only_text),
            modifier,
            title = stringResource(R.string.network_direct_only),
        )
    }
}

@Composable
private fun PlaceRow(place: Place) {
    val name = kindWords(place)
    Row(
        Modifier
            .fillMaxWidth()
            .semantics(mergeDescendants = true) {}
            .padding(horizontal = Space.large, vertical = Space.medium),
        horizontalArrangement = Arrangement.spacedBy(Space.large),
    ) {
        Pict(stateIcon(place.state), Modifier.padding(top = 2.dp).size(20.dp), tint = stateInk(place.state))
        Column(Modifier.weight(1f), verticalArrangement = Arrangement.spacedBy(2.dp)) {
            if (place.host != null) Text(name, style = MaterialTheme.typography.labelMedium, color = faint)
            Text(place.host?.let { isolated(it) } ?: name, style = MaterialTheme.typography.bodyLarge)
            Text(stringResource(stateWords(place.state)), style = MaterialTheme.typography.bodyMedium, color = faint)
            place.detail?.let {
                Text(forPeople(it), style = MaterialTheme.typography.bodyMedium, color = faint)
            }
        }
    }
}

@Composable
private fun kindWords(place: Place): String = when (place.kind) {
    PlaceKind.TRACKER -> stringResource(R.string.network_place_tracker)
    PlaceKind.NOSTR -> stringResource(R.string.network_place_nostr)
    PlaceKind.DHT -> stringResource(R.string.network_place_dht)
    PlaceKind.LAN -> stringResource(R.string.network_place_lan)
    PlaceKind.OTHER -> stringResource(R.string.network_place_other, isolated(place.backend))
}

@DrawableRes
private fun stateIcon(state: RendezvousState): Int = when (state) {
    RendezvousState.UP -> R.drawable.ic_check
    RendezvousState.CONNECTING -> R.drawable.ic_clock
    RendezvousState.WAITING -> R.drawable.ic_refresh
    RendezvousState.DOWN -> R.drawable.ic_close
}

@Composable
private fun stateInk(state: RendezvousState): Color = when (state) {
    RendezvousState.UP -> DayflyTheme.more.good
    RendezvousState.CONNECTING -> faint
    RendezvousState.WAITING -> DayflyTheme.more.caution
    RendezvousState.DOWN -> MaterialTheme.colorScheme.error
}

private fun stateWords(state: RendezvousState): Int = when (state) {
    RendezvousState.UP -> R.string.network_place_up
    RendezvousState.CONNECTING -> R.string.network_place_connecting
    RendezvousState.WAITING -> R.string.network_place_waiting
    RendezvousState.DOWN -> R.string.network_place_down
}

/** What each kind of place that is used learns, once for all of a kind. */
@Composable
private fun Learns(state: NetworkState) {
    SectionTitle(stringResource(R.string.network_learns))
    Group {
        state.places.distinctBy { it.kind }.forEachIndexed { at, place ->
            if (at > 0) RowLine()
            LinkRow(kindWords(place), text = stringResource(learns(place.kind, state.native)))
        }
    }
}

private fun learns(kind: PlaceKind, native: Boolean): Int = when (kind) {
    PlaceKind.TRACKER -> if (native) R.string.network_learns_tracker_native else R.string.network_learns_tracker_web
    PlaceKind.NOSTR -> R.string.network_learns_nostr
    PlaceKind.DHT -> R.string.network_learns_dht
    PlaceKind.LAN -> R.string.network_learns_lan
    PlaceKind.OTHER -> R.string.network_learns_other
}

@Composable
private fun Connections(state: NetworkState, stats: Stats) {
    SectionTitle(stringResource(R.string.network_heading_connections))
    Group {
        val links = stats.links.toInt()
        val making = stats.connecting.toInt()
        LinkRow(
            if (links == 0) {
                stringResource(R.string.network_links_none)
            } else {
                pluralStringResource(R.plurals.network_links, links, links)
            },
            text = listOfNotNull(
                pluralStringResource(R.plurals.network_relayed_people, state.relayed, state.relayed)
                    .takeIf { state.relayed > 0 },
                pluralStringResource(R.plurals.network_connecting, making, making).takeIf { making > 0 },
            ).joinToString("\n").ifEmpty { null },
        )
        RowLine()
        Counter(R.string.network_sent, bytes(stats.bytesSent))
        RowLine()
        Counter(R.string.network_received, bytes(stats.bytesReceived))
        RowLine()
        Counter(R.string.network_to_places, bytes(stats.trackerBytesSent))
        RowLine()
        Counter(
            R.string.network_per_minute,
            stringResource(
                R.string.network_per_minute_value,
                bytes(stats.bytesSentPerMinute),
                bytes(stats.bytesReceivedPerMinute),
            ),
        )
        val relaying = stats.relayingFor.toInt()
        if (relaying > 0 || stats.relayedBytes > 0uL) {
            RowLine()
            LinkRow(
                stringResource(R.string.network_relaying),
                text = pluralStringResource(
                    R.plurals.network_relaying_for,
                    relaying,
                    relaying,
                    bytes(stats.relayedBytes),
                ),
            )
        }
        val refused = stats.refused + stats.dropped
        if (refused > 0uL) {
            RowLine()
            LinkRow(
                stringResource(R.string.network_refused),
                text = pluralStringResource(
                    R.plurals.network_refused_value,
                    refused.toInt(),
                    NumberFormat.getIntegerInstance().format(refused.toLong()),
                ),
            )
        }
    }
}

@Composable
private fun Counter(title: Int, value: String) {
    LinkRow(stringResource(title), text = value)
}

/** An amount in the unit that suits it. */
internal enum class ByteUnit(val words: Int) {
    BYTES(R.string.network_bytes),
    KILO(R.string.network_kilobytes),
    MEGA(R.string.network_megabytes),
    GIGA(R.string.network_gigabytes),
}

/** [count] in the largest unit of which there is at least one. */
internal fun amount(count: ULong): Pair<Double, ByteUnit> {
    var value = count.toDouble()
    var unit = 0
    while (value >= 1_000 && unit < ByteUnit.entries.lastIndex) {
        value /= 1_000
        unit++
    }
    return value to ByteUnit.entries[unit]
}

@Composable
private fun bytes(count: ULong): String {
    val (value, unit) = amount(count)
    val format = NumberFormat.getNumberInstance()
    format.maximumFractionDigits = if (unit == ByteUnit.BYTES || value >= 100) 0 else 1
    return stringResource(unit.words, format.format(value))
}
