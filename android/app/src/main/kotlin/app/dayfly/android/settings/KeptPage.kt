package app.dayfly.android.settings

import android.net.Uri
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.Immutable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import androidx.lifecycle.ViewModel
import androidx.lifecycle.viewModelScope
import app.dayfly.android.R
import app.dayfly.android.phone.KeptStore
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.ConfirmDialog
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.Pict
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.faint
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** What the page of what is kept says of exporting, importing and deleting. */
@Immutable
internal data class KeptUi(val asks: Boolean = false, val said: Said? = null) {
    /** What happened. */
    enum class Said { EXPORTED, IMPORTED, DELETED, NOT_WRITTEN, NOT_SETTINGS }
}

/** What can be done about what is kept. */
internal interface KeptActions {
    fun export()

    fun import()

    fun ask()

    fun delete()

    fun dismiss()

    fun back()
}

/** Exports, imports and deletes what the app keeps. */
internal class KeptModel(
    private val settings: SettingsStore,
    private val secrets: SecretsStore,
    private val kept: KeptStore,
    private val documents: Documents,
) : ViewModel() {
    private val state = MutableStateFlow(KeptUi())
    val ui: StateFlow<KeptUi> = state.asStateFlow()

    fun export(uri: Uri) = say {
        val written = documents.write(uri, SettingsFile.write(settings.now).encodeToByteArray())
        if (written) KeptUi.Said.EXPORTED else KeptUi.Said.NOT_WRITTEN
    }

    fun import(uri: Uri) = say {
        val read = documents.read(uri, SettingsFile.MAX_BYTES)?.let { SettingsFile.read(it.decodeToString()) }
        if (read == null) {
            KeptUi.Said.NOT_SETTINGS
        } else {
            // A file from somewhere else accepts no terms for this person.
            settings.update { read.copy(termsAccepted = it.termsAccepted) }
            KeptUi.Said.IMPORTED
        }
    }

    fun ask() = state.update { it.copy(asks = true, said = null) }

    fun dismiss() = state.update { it.copy(asks = false) }

    /** Settings, connections and the kept identity: all there is. */
    fun delete() = say {
        settings.reset()
        secrets.forget()
        kept.forget()
        KeptUi.Said.DELETED
    }

    private fun say(work: suspend () -> KeptUi.Said) {
        viewModelScope.launch { state.value = KeptUi(said = work()) }
    }
}

/** "Nothing", and then exactly what there is on disk. */
@Composable
internal fun KeptPage(ui: KeptUi, actions: KeptActions) {
    ScreenScaffold(stringResource(R.string.kept_title), actions::back, large = true) { padding ->
        ScreenColumn(padding) {
            if (ui.said != null) Said(ui.said)
            Note(stringResource(R.string.kept_nothing))
            SectionTitle(stringResource(R.string.kept_list))
            Group {
                Column(Modifier.padding(Space.large), verticalArrangement = Arrangement.spacedBy(Space.medium)) {
                    for (item in items) Item(item)
                }
            }
            Note(stringResource(R.string.kept_where))
            SectionTitle(stringResource(R.string.kept_never))
            Note(stringResource(R.string.kept_never_text))
            SectionTitle(stringResource(R.string.kept_file))
            Group {
                LinkRow(
                    stringResource(R.string.kept_export),
                    text = stringResource(R.string.kept_export_text),
                    icon = R.drawable.ic_upload,
                    onClick = actions::export,
                )
                RowLine()
                LinkRow(
                    stringResource(R.string.kept_import),
                    icon = R.drawable.ic_download,
                    onClick = actions::import,
                )
                RowLine()
                LinkRow(
                    stringResource(R.string.kept_delete),
                    text = stringResource(R.string.kept_delete_row),
                    icon = R.drawable.ic_delete,
                    danger = true,
                    onClick = actions::ask,
                )
            }
        }
    }
    if (ui.asks) {
        ConfirmDialog(
            title = stringResource(R.string.kept_delete_title),
            text = stringResource(R.string.kept_delete_text),
            confirm = stringResource(R.string.kept_delete),
            onConfirm = actions::delete,
            onDismiss = actions::dismiss,
            danger = true,
            icon = R.drawable.ic_delete,
        )
    }
}

private val items =
    listOf(
        R.string.kept_settings,
        R.string.kept_connections,
        R.string.kept_identity,
        R.string.kept_flag,
        R.string.kept_system,
    )

@Composable
private fun Item(text: Int) {
    Row(horizontalArrangement = Arrangement.spacedBy(Space.medium)) {
        Pict(R.drawable.ic_document, Modifier.padding(top = 1.dp).size(20.dp), tint = faint)
        Text(stringResource(text), style = MaterialTheme.typography.bodyMedium)
    }
}

@Composable
private fun Said(said: KeptUi.Said) {
    val (kind, text) =
        when (said) {
            KeptUi.Said.EXPORTED -> BannerKind.GOOD to R.string.kept_exported
            KeptUi.Said.IMPORTED -> BannerKind.GOOD to R.string.kept_imported
            KeptUi.Said.DELETED -> BannerKind.GOOD to R.string.kept_deleted
            KeptUi.Said.NOT_WRITTEN -> BannerKind.PROBLEM to R.string.kept_not_written
            KeptUi.Said.NOT_SETTINGS -> BannerKind.PROBLEM to R.string.kept_not_settings
        }
    Banner(kind, stringResource(text))
    Spacer(Modifier.height(Space.small))
}
