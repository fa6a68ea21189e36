package app.dayfly.android.open

import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.selection.toggleable
import androidx.compose.material3.Checkbox
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.ChoiceRow
import app.dayfly.android.ui.Field
import app.dayfly.android.ui.FootBar
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.IconAction
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SectionTitle

// The choices for a new room that browsers can join, and what is weaker about one.

@Composable
internal fun WebScreen(ui: WebUi, actions: WebActions) {
    ScreenScaffold(
        title = stringResource(R.string.room_web),
        onBack = actions::back,
        large = true,
        bottomBar = {
            FootBar {
                if (ui.problem != null) Banner(BannerKind.PROBLEM, ui.problem, Modifier.padding(bottom = Space.small))
                PrimaryButton(
                    stringResource(R.string.room_web_open),
                    actions::open,
                    Modifier.fillMaxWidth(),
                    enabled = ui.complete,
                )
            }
        },
    ) { padding ->
        ScreenColumn(padding) {
            Banner(
                BannerKind.CAUTION,
                stringResource(R.string.open_web_weaker),
                title = stringResource(R.string.open_web_weaker_title),
            )
            Names(ui, actions)
            Access(ui, actions)
            Sites(ui, actions)
        }
    }
}

@Composable
private fun Names(ui: WebUi, actions: WebActions) {
    SectionTitle(stringResource(R.string.open_name))
    Group(Modifier.selectableGroup()) {
        ChoiceRow(
            stringResource(R.string.open_name_random),
            !ui.named,
            { actions.change { it.copy(named = false) } },
            text = stringResource(R.string.open_name_random_text),
        )
        ChoiceRow(
            stringResource(R.string.open_name_own),
            ui.named,
            { actions.change { it.copy(named = true) } },
            text = stringResource(R.string.open_name_own_text),
        )
    }
    if (ui.named) {
        Spacer(Modifier.height(Space.small))
        Field(
            ui.name,
            { text -> actions.change { it.copy(name = text) } },
            stringResource(R.string.open_name_field),
        )
    }
}

@Composable
private fun Access(ui: WebUi, actions: WebActions) {
    SectionTitle(stringResource(R.string.open_access))
    Group(Modifier.selectableGroup()) {
        ChoiceRow(
            stringResource(R.string.open_public),
            !ui.private,
            { actions.change { it.copy(private = false) } },
            text = stringResource(R.string.open_public_text),
        )
        ChoiceRow(
            stringResource(R.string.open_private),
            ui.private,
            { actions.change { it.copy(private = true) } },
            text = stringResource(R.string.open_private_text),
        )
    }
    if (ui.private) {
        Spacer(Modifier.height(Space.small))
        Field(
            ui.password,
            { text -> actions.change { it.copy(password = text) } },
            stringResource(R.string.open_password),
            secret = true,
        )
    }
}

@Composable
private fun Sites(ui: WebUi, actions: WebActions) {
    SectionTitle(stringResource(R.string.open_sites))
    Group {
        for (site in ui.sites) {
            val on = site in ui.chosen
            if (ui.named) {
                ChoiceRow(host(site), on, { actions.choose(site, true) })
            } else {
                LinkRow(
                    host(site),
                    Modifier.toggleable(on, role = Role.Checkbox) { actions.choose(site, it) },
                    leading = { Checkbox(on, onCheckedChange = null, Modifier.size(20.dp)) },
                )
            }
            RowLine()
        }
        Field(
            ui.draft,
            { text -> actions.change { it.copy(draft = text) } },
            stringResource(R.string.open_site_add),
            Modifier.padding(horizontal = Space.large, vertical = Space.medium),
            hint = stringResource(R.string.open_site_hint),
            problem = ui.draftProblem,
            keyboard = KeyboardType.Uri,
            imeAction = ImeAction.Done,
            onDone = actions::addSite,
            trailing = {
                if (ui.draft.isNotBlank()) {
                    IconAction(R.drawable.ic_add, stringResource(R.string.open_site_add_button), actions::addSite)
                }
            },
        )
    }
    Said(if (ui.named) R.string.open_sites_one else R.string.open_sites_text)
}

private fun host(site: String): String = site.removePrefix("https://")
