package app.dayfly.android.ui

import androidx.annotation.DrawableRes
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.navigationBarsPadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.ButtonDefaults
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.ModalBottomSheet
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.material3.rememberModalBottomSheetState
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import app.dayfly.android.R
import app.dayfly.android.theme.Space

// What comes over a screen: a question, and a sheet of things to do. Both inherit the window's secrecy.

/**
 * A question before something is done. [confirm] says what is done, and is red if it is [danger]ous, that
 * is, if it cannot be taken back.
 */
@Composable
internal fun ConfirmDialog(
    title: String,
    text: String,
    confirm: String,
    onConfirm: () -> Unit,
    onDismiss: () -> Unit,
    danger: Boolean = false,
    enabled: Boolean = true,
    dismiss: String = stringResource(R.string.cancel),
    @DrawableRes icon: Int? = null,
    content: (@Composable ColumnScope.() -> Unit)? = null,
) {
    AlertDialog(
        onDismissRequest = onDismiss,
        icon = icon?.let { { Pict(it) } },
        title = { Text(title, style = MaterialTheme.typography.headlineSmall) },
        text = {
            Column(Modifier.verticalScroll(rememberScrollState())) {
                Text(text, style = MaterialTheme.typography.bodyMedium)
                content?.invoke(this)
            }
        },
        confirmButton = {
            val colors =
                if (danger) {
                    ButtonDefaults.textButtonColors(contentColor = MaterialTheme.colorScheme.error)
                } else {
                    ButtonDefaults.textButtonColors()
                }
            val tap = uncovered(onConfirm)
            TextButton(tap.onClick, tap.modifier, enabled = enabled, colors = colors) { Text(confirm) }
        },
        dismissButton = { TextButton(onDismiss) { Text(dismiss) } },
        shape = MaterialTheme.shapes.extraLarge,
    )
}

/** Things to do, from the foot of the screen. What is in it is a [SheetContent], so that it can be drawn alone. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
internal fun Sheet(onDismiss: () -> Unit, content: @Composable ColumnScope.() -> Unit) {
    ModalBottomSheet(
        onDismissRequest = onDismiss,
        sheetState = rememberModalBottomSheetState(skipPartiallyExpanded = true),
        sheetMaxWidth = Space.column,
        shape = MaterialTheme.shapes.extraLarge,
        containerColor = MaterialTheme.colorScheme.surfaceContainer,
        contentColor = MaterialTheme.colorScheme.onSurface,
    ) {
        SheetContent(content = content)
    }
}

/** The inside of a [Sheet]. */
@Composable
internal fun SheetContent(
    modifier: Modifier = Modifier,
    title: String? = null,
    content: @Composable ColumnScope.() -> Unit,
) {
    Column(
        modifier
            .fillMaxWidth()
            .widthIn(max = Space.column)
            .verticalScroll(rememberScrollState())
            .navigationBarsPadding()
            .padding(horizontal = Space.page)
            .padding(bottom = Space.page),
    ) {
        if (title != null) {
            Text(
                title,
                Modifier.padding(bottom = Space.medium).semantics { heading() },
                style = MaterialTheme.typography.headlineSmall,
            )
        }
        content()
    }
}
