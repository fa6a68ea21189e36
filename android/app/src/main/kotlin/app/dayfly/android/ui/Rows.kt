package app.dayfly.android.ui

import androidx.annotation.DrawableRes
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.RowScope
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.toggleable
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Switch
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.Space

// Rows of lists: something that leads somewhere, something that is on or off, one of several. A row is
// one thing to touch and one thing to a screen reader, whatever stands in it.

/** The name of what follows. */
@Composable
internal fun SectionTitle(text: String, modifier: Modifier = Modifier) {
    Text(
        text,
        modifier
            .padding(top = 20.dp, bottom = Space.small)
            .semantics { heading() },
        style = MaterialTheme.typography.labelLarge,
        color = MaterialTheme.colorScheme.primary,
    )
}

/** Rows that belong together. */
@Composable
internal fun Group(modifier: Modifier = Modifier, content: @Composable ColumnScope.() -> Unit) {
    Surface(
        modifier.fillMaxWidth(),
        shape = MaterialTheme.shapes.large,
        color = MaterialTheme.colorScheme.surfaceContainerLow,
    ) {
        Column(content = content)
    }
}

/** Between two rows of a [Group]. */
@Composable
internal fun RowLine() {
    HorizontalDivider(Modifier.padding(start = Space.large), color = MaterialTheme.colorScheme.outlineVariant)
}

/** A row that leads somewhere or does something, or with no [onClick] only says something. */
@Composable
internal fun LinkRow(
    title: String,
    modifier: Modifier = Modifier,
    text: String? = null,
    @DrawableRes icon: Int? = null,
    enabled: Boolean = true,
    danger: Boolean = false,
    onClick: (() -> Unit)? = null,
    leading: (@Composable () -> Unit)? = null,
    trailing: @Composable RowScope.() -> Unit = {
        if (onClick != null && !danger) Pict(R.drawable.ic_forward, Modifier.size(20.dp), tint = faint)
    },
) {
    val tap =
        if (onClick == null) {
            Modifier.semantics(mergeDescendants = true) {}
        } else {
            Modifier.clickable(enabled = enabled, role = Role.Button, onClick = onClick)
        }
    RowBody(modifier.then(tap), title, text, icon, leading, enabled, danger, trailing)
}

/** Something that is on or off. */
@Composable
internal fun SwitchRow(
    title: String,
    checked: Boolean,
    onChange: (Boolean) -> Unit,
    modifier: Modifier = Modifier,
    text: String? = null,
    @DrawableRes icon: Int? = null,
    enabled: Boolean = true,
) {
    RowBody(
        modifier.toggleable(checked, enabled = enabled, role = Role.Switch, onValueChange = onChange),
        title,
        text,
        icon,
        leading = null,
        enabled,
        danger = false,
    ) {
        Switch(checked, onCheckedChange = null, enabled = enabled)
    }
}

/** One of several. */
@Composable
internal fun ChoiceRow(
    title: String,
    selected: Boolean,
    onSelect: () -> Unit,
    modifier: Modifier = Modifier,
    text: String? = null,
    enabled: Boolean = true,
) {
    RowBody(
        modifier.selectable(selected, enabled = enabled, role = Role.RadioButton, onClick = onSelect),
        title,
        text,
        icon = null,
        leading = { RadioButton(selected, onClick = null, enabled = enabled) },
        enabled,
        danger = false,
    ) {}
}

@Composable
private fun RowBody(
    modifier: Modifier,
    title: String,
    text: String?,
    @DrawableRes icon: Int?,
    leading: (@Composable () -> Unit)?,
    enabled: Boolean,
    danger: Boolean,
    trailing: @Composable RowScope.() -> Unit,
) {
    val ink =
        when {
            !enabled -> MaterialTheme.colorScheme.onSurface.copy(alpha = 0.45f)
            danger -> MaterialTheme.colorScheme.error
            else -> MaterialTheme.colorScheme.onSurface
        }
    Row(
        modifier
            .fillMaxWidth()
            .heightIn(min = 60.dp)
            .padding(horizontal = Space.large, vertical = Space.medium),
        horizontalArrangement = Arrangement.spacedBy(Space.large),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        if (icon !=
            null
        ) {
            Pict(icon, Modifier.size(24.dp), tint = if (danger) ink else MaterialTheme.colorScheme.primary)
        }
        leading?.invoke()
        Column(Modifier.weight(1f), verticalArrangement = Arrangement.spacedBy(2.dp)) {
            Text(title, style = MaterialTheme.typography.bodyLarge, color = ink)
            if (text !=
                null
            ) {
                Text(text, style = MaterialTheme.typography.bodyMedium, color = if (enabled) faint else ink)
            }
        }
        CompositionLocalProvider(LocalContentColor provides faint) { trailing() }
    }
}

/** The ink of what matters less; still readable. */
internal val faint: Color
    @Composable get() = MaterialTheme.colorScheme.onSurfaceVariant
