package app.dayfly.android.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.material3.FilterChip
import androidx.compose.material3.FilterChipDefaults
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import app.dayfly.android.R
import app.dayfly.android.theme.Space

/** One of several short words, as many beside each other as fit. */
@OptIn(ExperimentalLayoutApi::class)
@Composable
internal fun <T> Chips(
    all: List<T>,
    selected: T,
    word: @Composable (T) -> String,
    onSelect: (T) -> Unit,
    modifier: Modifier = Modifier,
) {
    FlowRow(
        modifier.fillMaxWidth().selectableGroup(),
        horizontalArrangement = Arrangement.spacedBy(Space.small),
    ) {
        for (one in all) {
            val on = one == selected
            FilterChip(
                selected = on,
                onClick = { onSelect(one) },
                label = { Text(word(one), style = MaterialTheme.typography.labelLarge) },
                modifier = Modifier.heightIn(min = Space.touch).semantics { role = Role.RadioButton },
                leadingIcon = if (on) ({ Pict(R.drawable.ic_check) }) else null,
                shape = MaterialTheme.shapes.small,
                border =
                FilterChipDefaults.filterChipBorder(
                    enabled = true,
                    selected = on,
                    borderColor = MaterialTheme.colorScheme.outline,
                ),
            )
        }
    }
}
