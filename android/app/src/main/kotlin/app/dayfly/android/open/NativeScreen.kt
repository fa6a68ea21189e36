package app.dayfly.android.open

import androidx.annotation.StringRes
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.input.KeyboardCapitalization
import app.dayfly.android.R
import app.dayfly.android.settings.RouteChoices
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.Chips
import app.dayfly.android.ui.ChoiceRow
import app.dayfly.android.ui.Field
import app.dayfly.android.ui.FootBar
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.SwitchRow
import app.dayfly.android.ui.faint
import app.dayfly.core.engine.Route

// The choices for a new native room. Every one has a default that is good: who changes nothing has what
// Home's button opens.

@Composable
internal fun NativeScreen(ui: NativeUi, actions: NativeActions) {
    ScreenScaffold(
        title = stringResource(R.string.room_native),
        onBack = actions::back,
        large = true,
        bottomBar = {
            FootBar {
                if (ui.problem != null) Banner(BannerKind.PROBLEM, ui.problem, Modifier.padding(bottom = Space.small))
                PrimaryButton(stringResource(R.string.room_native_open), actions::open, Modifier.fillMaxWidth())
            }
        },
    ) { padding ->
        ScreenColumn(padding) {
            Said(R.string.open_native_owner)
            Spacer(Modifier.height(Space.large))
            Field(
                ui.title,
                { text -> actions.change { it.copy(title = text.take(MAX_TITLE)) } },
                stringResource(R.string.open_title),
                hint = stringResource(R.string.open_title_hint),
                capitals = KeyboardCapitalization.Sentences,
            )
            Spacer(Modifier.height(Space.medium))
            Field(
                ui.password,
                { text -> actions.change { it.copy(password = text) } },
                stringResource(R.string.open_password),
                hint = stringResource(R.string.open_password_hint),
                secret = true,
            )
            Histories(ui, actions)
            SectionTitle(stringResource(R.string.open_expire))
            Chips(
                Expire.entries,
                ui.expire,
                { it.word() },
                { chosen -> actions.change { it.copy(expire = chosen) } },
            )
            Said(R.string.open_expire_text)
            Spacer(Modifier.height(Space.large))
            Group {
                SwitchRow(
                    stringResource(R.string.open_receipts),
                    ui.receipts,
                    { on -> actions.change { it.copy(receipts = on) } },
                    text = stringResource(R.string.open_receipts_text),
                )
                RowLine()
                SwitchRow(
                    stringResource(R.string.open_local),
                    ui.local,
                    { on -> actions.change { it.copy(local = on) } },
                    text = stringResource(R.string.open_local_text),
                )
            }
            if (!ui.local) Ways(ui, actions)
        }
    }
}

@Composable
private fun Histories(ui: NativeUi, actions: NativeActions) {
    SectionTitle(stringResource(R.string.open_history))
    Group(Modifier.selectableGroup()) {
        for (history in History.entries) {
            ChoiceRow(
                when (history) {
                    History.OFF -> stringResource(R.string.open_history_off)
                    History.MEMBERS -> stringResource(R.string.open_history_members)
                    History.LAST -> pluralStringResource(R.plurals.open_history_last, LAST_ITEMS, LAST_ITEMS)
                },
                ui.history == history,
                { actions.change { it.copy(history = history) } },
                text =
                stringResource(
                    when (history) {
                        History.OFF -> R.string.open_history_off_text
                        History.MEMBERS -> R.string.open_history_members_text
                        History.LAST -> R.string.open_history_last_text
                    },
                ),
            )
        }
    }
}

@Composable
private fun Ways(ui: NativeUi, actions: NativeActions) {
    SectionTitle(stringResource(R.string.route_title))
    RouteChoices(ui.route) { chosen -> actions.change { it.copy(route = chosen) } }
    if (ui.route == Route.RELAY_ONLY && !ui.hasRelay) {
        Spacer(Modifier.height(Space.small))
        Banner(
            BannerKind.CAUTION,
            stringResource(R.string.route_no_relay),
            action = stringResource(R.string.route_set_relay),
            onAction = actions::relays,
        )
    }
}

@Composable
private fun Expire.word(): String = when (this) {
    Expire.NEVER -> stringResource(R.string.expire_never)
    Expire.SECONDS -> pluralStringResource(R.plurals.seconds, 30, 30)
    Expire.MINUTES -> pluralStringResource(R.plurals.minutes, 5, 5)
    Expire.HOUR -> pluralStringResource(R.plurals.hours, 1, 1)
    Expire.HOURS -> pluralStringResource(R.plurals.hours, 8, 8)
    Expire.DAY -> pluralStringResource(R.plurals.days, 1, 1)
}

@Composable
internal fun Said(@StringRes text: Int) {
    Text(
        stringResource(text),
        Modifier.padding(top = Space.small),
        style = MaterialTheme.typography.bodyMedium,
        color = faint,
    )
}

/** No title is longer; the core refuses longer ones. */
private const val MAX_TITLE = 60
