package app.dayfly.android.ui

import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.error
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.text.input.PasswordVisualTransformation
import androidx.compose.ui.text.input.VisualTransformation
import app.dayfly.android.R
import app.dayfly.android.theme.ButtonShape

// Fields. What is typed lives in the view model and nowhere else: not in saved state. That
// keyboards are asked not to learn from it is seen to once, in PrivateTyping.

/** A line of text, or several. */
@Composable
internal fun Field(
    value: String,
    onChange: (String) -> Unit,
    label: String,
    modifier: Modifier = Modifier,
    hint: String? = null,
    problem: String? = null,
    lines: Int = 1,
    enabled: Boolean = true,
    keyboard: KeyboardType = KeyboardType.Text,
    capitals: KeyboardCapitalization = KeyboardCapitalization.None,
    imeAction: ImeAction = ImeAction.Default,
    onDone: () -> Unit = {},
    secret: Boolean = false,
    trailing: (@Composable () -> Unit)? = null,
) {
    var shown by remember { mutableStateOf(false) }
    val eye: @Composable () -> Unit = {
        IconAction(
            if (shown) R.drawable.ic_eye_off else R.drawable.ic_eye,
            stringResource(if (shown) R.string.field_hide else R.string.field_show),
            { shown = !shown },
        )
    }
    OutlinedTextField(
        value = value,
        onValueChange = onChange,
        modifier = modifier.fillMaxWidth().semantics { if (problem != null) error(problem) },
        enabled = enabled,
        label = { Text(label) },
        supportingText = (problem ?: hint)?.let { { Text(it) } },
        isError = problem != null,
        trailingIcon = if (secret) eye else trailing,
        visualTransformation =
        if (secret && !shown) PasswordVisualTransformation() else VisualTransformation.None,
        keyboardOptions =
        KeyboardOptions(
            capitalization = capitals,
            autoCorrectEnabled = !secret && keyboard == KeyboardType.Text,
            keyboardType = if (secret) KeyboardType.Password else keyboard,
            imeAction = imeAction,
        ),
        keyboardActions = KeyboardActions(onAny = { onDone() }),
        singleLine = lines == 1,
        minLines = lines,
        maxLines = if (lines == 1) 1 else lines + 4,
        shape = ButtonShape,
        textStyle = MaterialTheme.typography.bodyLarge,
    )
}
