package app.dayfly.android.settings

import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.BusyLine
import app.dayfly.android.ui.CodeText
import app.dayfly.android.ui.ConfirmDialog
import app.dayfly.android.ui.Field
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SecondaryButton
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.SwitchRow

/** The kept identity: what one is, and whether to have one. */
@Composable
internal fun IdentityPage(ui: IdentityUi, shown: Boolean, onShown: (Boolean) -> Unit, actions: IdentityActions) {
    ScreenScaffold(stringResource(R.string.identity_title), actions::back, large = true) { padding ->
        ScreenColumn(padding) {
            BusyLine(ui.busy)
            Said(ui)
            Note(stringResource(R.string.identity_what))
            if (ui.exists) {
                Group {
                    SwitchRow(
                        stringResource(R.string.identity_show),
                        shown,
                        onShown,
                        text = stringResource(R.string.identity_show_text),
                    )
                }
                There(ui, actions)
            } else {
                None(ui, actions)
            }
            Note(stringResource(R.string.identity_room))
        }
    }
    Questions(ui, actions)
}

@Composable
private fun Said(ui: IdentityUi) {
    val text =
        when (ui.problem) {
            IdentityUi.Problem.FILE -> stringResource(R.string.identity_file)
            IdentityUi.Problem.REFUSED -> ui.sentence
            null -> null
        }
    if (text != null) Banner(BannerKind.PROBLEM, text)
    if (ui.exported) Banner(BannerKind.GOOD, stringResource(R.string.identity_exported))
}

@Composable
private fun None(ui: IdentityUi, actions: IdentityActions) {
    Note(stringResource(R.string.identity_cost))
    Spacer(Modifier.height(Space.small))
    PrimaryButton(
        stringResource(R.string.identity_create),
        actions::create,
        Modifier.fillMaxWidth(),
        enabled = !ui.busy,
    )
    Spacer(Modifier.height(Space.small))
    SecondaryButton(
        stringResource(R.string.identity_import),
        actions::chooseImport,
        Modifier.fillMaxWidth(),
        enabled = !ui.busy,
    )
}

@Composable
private fun There(ui: IdentityUi, actions: IdentityActions) {
    if (ui.did != null) {
        SectionTitle(stringResource(R.string.identity_did))
        CodeText(ui.did, style = MaterialTheme.typography.bodyMedium)
        Note(stringResource(R.string.identity_did_text))
    }
    Group {
        if (ui.did != null) {
            LinkRow(
                stringResource(R.string.identity_copy),
                icon = R.drawable.ic_copy,
                onClick = { actions.copy(ui.did) },
                trailing = {},
            )
            RowLine()
            LinkRow(
                stringResource(R.string.identity_export),
                text = stringResource(R.string.identity_export_text),
                icon = R.drawable.ic_upload,
                enabled = !ui.busy,
                onClick = { actions.ask(IdentityUi.Ask.EXPORT) },
            )
            RowLine()
        }
        LinkRow(
            stringResource(R.string.identity_delete),
            icon = R.drawable.ic_delete,
            danger = true,
            enabled = !ui.busy,
            onClick = { actions.ask(IdentityUi.Ask.DELETE) },
        )
    }
}

@Composable
private fun Questions(ui: IdentityUi, actions: IdentityActions) {
    when (ui.asks) {
        IdentityUi.Ask.EXPORT -> {
            Passphrase(
                R.string.identity_export,
                R.string.identity_export_ask,
                R.string.identity_export_do,
                actions,
                MIN,
            )
        }

        IdentityUi.Ask.IMPORT -> {
            Passphrase(R.string.identity_import, R.string.identity_import_ask, R.string.identity_import_do, actions, 1)
        }

        IdentityUi.Ask.DELETE -> {
            ConfirmDialog(
                title = stringResource(R.string.identity_delete_title),
                text = stringResource(R.string.identity_delete_text),
                confirm = stringResource(R.string.identity_delete),
                onConfirm = actions::delete,
                onDismiss = actions::dismiss,
                danger = true,
                icon = R.drawable.ic_delete,
            )
        }

        null -> {}
    }
}

@Composable
private fun Passphrase(title: Int, text: Int, confirm: Int, actions: IdentityActions, min: Int) {
    var typed by remember { mutableStateOf("") }
    ConfirmDialog(
        title = stringResource(title),
        text = stringResource(text),
        confirm = stringResource(confirm),
        onConfirm = { actions.passphrase(typed) },
        onDismiss = actions::dismiss,
        enabled = typed.length >= min,
    ) {
        Field(
            typed,
            { typed = it },
            stringResource(R.string.passphrase),
            Modifier.padding(top = Space.medium),
            hint = if (min > 1) stringResource(R.string.passphrase_hint, min) else null,
            secret = true,
        )
    }
}

/** The shortest passphrase for an export; the file can be tried in peace by whoever has it. */
private const val MIN = 12
