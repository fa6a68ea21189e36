// The bar over a conversation and what stands under it while it holds: the network, the door, the owner.

package app.dayfly.android.room

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.material3.Badge
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TopAppBar
import androidx.compose.material3.TopAppBarDefaults
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.IconAction
import app.dayfly.android.ui.Pict
import app.dayfly.android.ui.faint

/** The room's bar: its name, who is here, the network in a word, and what else there is. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
internal fun RoomBar(bar: BarUi, listButton: Boolean, actions: RoomActions, exits: RoomExits) {
    TopAppBar(
        title = { Title(bar, exits) },
        actions = {
            if (listButton) DirectButton(bar.news) { actions.listThreads(true) }
            MembersButton(bar.unverified, exits::members)
            More(bar, actions, exits)
        },
        expandedHeight = BAR,
        colors = TopAppBarDefaults.topAppBarColors(
            containerColor = MaterialTheme.colorScheme.surface,
            scrolledContainerColor = MaterialTheme.colorScheme.surface,
        ),
    )
}

/** The room's name, how many are here and how they are reached; leads to the network. */
@Composable
private fun Title(bar: BarUi, exits: RoomExits) {
    val here = pluralStringResource(R.plurals.room_here, bar.here, bar.here)
    val network = stringResource(bar.network.words)
    Column(
        Modifier
            .clip(MaterialTheme.shapes.small)
            .clickable(
                role = Role.Button,
                onClickLabel = stringResource(R.string.room_network_open),
                onClick = exits::network,
            ).testTag("network")
            .heightIn(min = Space.touch)
            .padding(end = Space.hair),
        verticalArrangement = Arrangement.Center,
    ) {
        Text(
            bar.title.ifEmpty { stringResource(R.string.room_untitled) },
            Modifier.semantics { heading() },
            style = MaterialTheme.typography.titleLarge,
            maxLines = 1,
            overflow = TextOverflow.Ellipsis,
        )
        Row(verticalAlignment = Alignment.CenterVertically) {
            Pict(bar.network.icon, Modifier.size(16.dp), tint = faint)
            Text(
                stringResource(R.string.room_standing, here, network),
                Modifier.padding(start = Space.hair),
                style = MaterialTheme.typography.labelMedium,
                color = faint,
                maxLines = 1,
                overflow = TextOverflow.Ellipsis,
            )
        }
    }
}

@Composable
private fun DirectButton(news: Int, onClick: () -> Unit) {
    val label = if (news == 0) {
        stringResource(R.string.room_direct_list)
    } else {
        pluralStringResource(R.plurals.room_direct_news, news, news)
    }
    Box {
        IconAction(R.drawable.ic_message, label, onClick)
        if (news > 0) {
            // The button has said it.
            Badge(Modifier.align(Alignment.TopEnd).padding(4.dp).clearAndSetSemantics {}) { Text("%d".format(news)) }
        }
    }
}

/** Who is here; a mark says that somebody is not verified. */
@Composable
private fun MembersButton(unverified: Int, onClick: () -> Unit) {
    val label = if (unverified == 0) {
        stringResource(R.string.room_members)
    } else {
        val count = pluralStringResource(R.plurals.room_unverified, unverified, unverified)
        stringResource(R.string.room_members_unverified, count)
    }
    Box {
        IconAction(R.drawable.ic_people, label, onClick)
        if (unverified > 0) Badge(Modifier.align(Alignment.TopEnd).padding(10.dp), DayflyTheme.more.caution)
    }
}

@Composable
private fun More(bar: BarUi, actions: RoomActions, exits: RoomExits) {
    var open by remember { mutableStateOf(false) }
    IconAction(R.drawable.ic_more, stringResource(R.string.room_more), { open = true })
    DropdownMenu(open, onDismissRequest = { open = false }, Modifier.widthIn(min = 220.dp)) {
        @Composable
        fun item(words: Int, icon: Int, danger: Boolean = false, detail: String? = null, act: () -> Unit) {
            val ink = if (danger) MaterialTheme.colorScheme.error else MaterialTheme.colorScheme.onSurface
            DropdownMenuItem(
                text = {
                    Column(Modifier.padding(vertical = Space.hair)) {
                        Text(stringResource(words), color = ink)
                        if (detail != null) Text(detail, style = MaterialTheme.typography.bodySmall, color = faint)
                    }
                },
                onClick = {
                    open = false
                    act()
                },
                leadingIcon = { Pict(icon, tint = ink) },
            )
        }
        val unverified = if (bar.unverified == 0) {
            null
        } else {
            pluralStringResource(R.plurals.room_unverified, bar.unverified, bar.unverified)
        }
        item(R.string.room_invite, R.drawable.ic_person_add, act = exits::invite)
        item(R.string.room_members, R.drawable.ic_people, detail = unverified, act = exits::members)
        if (bar.native) item(R.string.room_menu_options, R.drawable.ic_settings, act = exits::options)
        item(R.string.room_network, R.drawable.ic_network, act = exits::network)
        HorizontalDivider()
        item(
            R.string.room_leave,
            R.drawable.ic_leave,
            detail = stringResource(R.string.room_leave_detail),
            act = actions::leave,
        )
        item(
            R.string.room_wipe,
            R.drawable.ic_clear_all,
            danger = true,
            detail = stringResource(R.string.room_wipe_detail),
            act = actions::wipe,
        )
    }
}

/** What holds just now and should be known. */
@Composable
internal fun Banners(banners: List<RoomBanner>, exits: RoomExits, modifier: Modifier = Modifier) {
    if (banners.isEmpty()) return
    Column(modifier.padding(horizontal = Space.medium, vertical = Space.hair)) {
        for (banner in banners) {
            val (kind, words) = said(banner)
            val leads = banner == RoomBanner.Unreached
            Banner(
                kind,
                stringResource(words),
                Modifier.padding(vertical = 3.dp),
                action = if (leads) stringResource(R.string.room_network_see) else null,
                onAction = exits::network,
            )
        }
    }
}

private fun said(banner: RoomBanner): Pair<BannerKind, Int> = when (banner) {
    RoomBanner.Reconnecting -> BannerKind.CAUTION to R.string.room_banner_reconnecting
    RoomBanner.Unreached -> BannerKind.CAUTION to R.string.room_banner_unreached
    RoomBanner.Frozen -> BannerKind.PROBLEM to R.string.room_banner_frozen
    RoomBanner.Locked -> BannerKind.NOTE to R.string.room_banner_locked
    RoomBanner.OwnerAway -> BannerKind.NOTE to R.string.room_banner_owner_away
    RoomBanner.MutedByOwner -> BannerKind.CAUTION to R.string.room_banner_muted
    RoomBanner.WrongPassword -> BannerKind.PROBLEM to R.string.room_banner_password
    RoomBanner.Moved -> BannerKind.PROBLEM to R.string.room_banner_moved
    RoomBanner.TurnedAway -> BannerKind.PROBLEM to R.string.room_banner_turned_away
}

/** The network in a word. */
internal val NetworkWord.words: Int
    get() = when (this) {
        NetworkWord.REACHING -> R.string.room_network_reaching
        NetworkWord.READY -> R.string.room_network_ready
        NetworkWord.DIRECT -> R.string.room_network_direct
        NetworkWord.RELAYED -> R.string.room_network_relayed
        NetworkWord.RECONNECTING -> R.string.room_network_reconnecting
        NetworkWord.UNREACHED -> R.string.room_network_unreached
    }

private val NetworkWord.icon: Int
    get() = when (this) {
        NetworkWord.REACHING, NetworkWord.RECONNECTING -> R.drawable.ic_refresh
        NetworkWord.READY, NetworkWord.DIRECT -> R.drawable.ic_network
        NetworkWord.RELAYED -> R.drawable.ic_relay
        NetworkWord.UNREACHED -> R.drawable.ic_warning
    }

private val BAR = 68.dp
