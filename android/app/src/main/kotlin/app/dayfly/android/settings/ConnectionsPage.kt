package app.dayfly.android.settings

import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.runtime.Composable
import androidx.compose.runtime.Immutable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.input.KeyboardType
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.Field
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.SwitchRow
import app.dayfly.core.engine.Route

/** What is typed of a relay, a proxy and trackers, and how it stands with what was typed before. */
@Immutable
internal data class ConnectionsUi(
    val relayUrl: String = "",
    val relayUser: String = "",
    val relayPassword: String = "",
    val proxy: String = "",
    val trackers: String = "",
    /** Something was changed and not kept yet. */
    val changed: Boolean = false,
    val problem: ConnectionsProblem? = null,
) {
    override fun toString(): String = "ConnectionsUi"
}

/** Why what was typed is not kept, or what was kept is not there. */
internal enum class ConnectionsProblem { RELAY, PROXY, TRACKER, NOT_SEALED, NOT_OPENED }

/** What can be done on the page of connections. */
internal interface ConnectionsActions {
    fun change(change: (ConnectionsUi) -> ConnectionsUi)

    fun keep()

    fun forget()

    fun back()
}

/** Ways, relay, proxy, places to meet. */
@Composable
internal fun ConnectionsPage(settings: Settings, change: Change, ui: ConnectionsUi, actions: ConnectionsActions) {
    ScreenScaffold(stringResource(R.string.connections_title), actions::back, large = true) { padding ->
        ScreenColumn(padding) {
            if (ui.problem != null) Problem(ui.problem, actions)
            SectionTitle(stringResource(R.string.route_title))
            RouteChoices(settings.route) { route -> change { it.copy(route = route) } }
            if (settings.route == Route.RELAY_ONLY && ui.relayUrl.isBlank()) {
                Spacer(Modifier.height(Space.small))
                Banner(BannerKind.CAUTION, stringResource(R.string.route_no_relay))
            }
            Relay(ui, actions)
            Proxy(ui, actions)
            Places(settings, change, ui, actions)
            SectionTitle(stringResource(R.string.help_title))
            Group {
                SwitchRow(
                    stringResource(R.string.help_relay),
                    settings.relayForOthers,
                    { on -> change { it.copy(relayForOthers = on) } },
                    text = stringResource(R.string.help_relay_text),
                )
            }
        }
    }
}

@Composable
private fun Problem(problem: ConnectionsProblem, actions: ConnectionsActions) {
    val text =
        stringResource(
            when (problem) {
                ConnectionsProblem.RELAY -> R.string.relay_bad
                ConnectionsProblem.PROXY -> R.string.proxy_bad
                ConnectionsProblem.TRACKER -> R.string.trackers_bad
                ConnectionsProblem.NOT_SEALED -> R.string.secrets_not_sealed
                ConnectionsProblem.NOT_OPENED -> R.string.secrets_not_opened
            },
        )
    val forget = stringResource(R.string.secrets_forget).takeIf { problem == ConnectionsProblem.NOT_OPENED }
    Banner(BannerKind.PROBLEM, text, action = forget, onAction = actions::forget)
}

@Composable
private fun Relay(ui: ConnectionsUi, actions: ConnectionsActions) {
    SectionTitle(stringResource(R.string.relay_title))
    Note(stringResource(R.string.relay_text))
    Field(
        ui.relayUrl,
        { text -> actions.change { it.copy(relayUrl = text) } },
        stringResource(R.string.relay_url),
        hint = stringResource(R.string.relay_url_hint),
        keyboard = KeyboardType.Uri,
        problem = stringResource(R.string.relay_bad).takeIf { ui.problem == ConnectionsProblem.RELAY },
    )
    if (ui.relayUrl.isNotBlank()) {
        Field(
            ui.relayUser,
            { text -> actions.change { it.copy(relayUser = text) } },
            stringResource(R.string.relay_user),
        )
        Field(
            ui.relayPassword,
            { text -> actions.change { it.copy(relayPassword = text) } },
            stringResource(R.string.relay_password),
            secret = true,
        )
    }
    Keep(ui, actions)
}

@Composable
private fun Proxy(ui: ConnectionsUi, actions: ConnectionsActions) {
    SectionTitle(stringResource(R.string.proxy_title))
    Note(stringResource(R.string.proxy_text))
    Field(
        ui.proxy,
        { text -> actions.change { it.copy(proxy = text) } },
        stringResource(R.string.proxy_url),
        hint = stringResource(R.string.proxy_url_hint),
        keyboard = KeyboardType.Uri,
        problem = stringResource(R.string.proxy_bad).takeIf { ui.problem == ConnectionsProblem.PROXY },
    )
    Keep(ui, actions)
}

@Composable
private fun Places(settings: Settings, change: Change, ui: ConnectionsUi, actions: ConnectionsActions) {
    val own = settings.trackers.isNotEmpty()
    val apart = own || ui.proxy.isNotBlank() || settings.route == Route.RELAY_ONLY
    SectionTitle(stringResource(R.string.places_title))
    Note(stringResource(R.string.places_text))
    Group {
        SwitchRow(
            stringResource(R.string.places_nostr),
            settings.nostr && !own,
            { on -> change { it.copy(nostr = on) } },
            text = stringResource(if (own) R.string.places_not_with_own else R.string.places_nostr_text),
            enabled = !own,
        )
        RowLine()
        SwitchRow(
            stringResource(R.string.places_dht),
            settings.dht && !apart,
            { on -> change { it.copy(dht = on) } },
            text =
            stringResource(
                when {
                    own -> R.string.places_not_with_own
                    apart -> R.string.places_not_apart
                    else -> R.string.places_dht_text
                },
            ),
            enabled = !apart,
        )
        RowLine()
        val near = settings.route == Route.RELAY_ONLY || ui.proxy.isNotBlank()
        SwitchRow(
            stringResource(R.string.places_lan),
            settings.lan && !near,
            { on -> change { it.copy(lan = on) } },
            text = stringResource(if (near) R.string.places_not_apart else R.string.places_lan_text),
            enabled = !near,
        )
        RowLine()
        Field(
            ui.trackers,
            { text -> actions.change { it.copy(trackers = text) } },
            stringResource(R.string.trackers),
            Modifier.padding(Space.large),
            hint = stringResource(R.string.trackers_hint),
            lines = 2,
            keyboard = KeyboardType.Uri,
            problem = stringResource(R.string.trackers_bad).takeIf { ui.problem == ConnectionsProblem.TRACKER },
        )
    }
    Keep(ui, actions)
}

/** What is typed counts once it is kept: half an address is none. */
@Composable
private fun Keep(ui: ConnectionsUi, actions: ConnectionsActions) {
    if (!ui.changed) return
    Spacer(Modifier.height(Space.small))
    PrimaryButton(stringResource(R.string.keep_changes), actions::keep, Modifier.fillMaxWidth())
}
