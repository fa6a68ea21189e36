package app.dayfly.android.ui

import androidx.annotation.DrawableRes
import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.RowScope
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.defaultMinSize
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.material3.Button
import androidx.compose.material3.ButtonColors
import androidx.compose.material3.ButtonDefaults
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedButton
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.res.painterResource
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.dayfly.android.theme.ButtonShape
import app.dayfly.android.theme.Space

// Buttons. A screen has at most one primary one: what most people came for. Words say what happens
// ("Open the room"), never "OK"; what destroys something is red and says what is lost.

private val padding = PaddingValues(horizontal = 20.dp, vertical = 12.dp)
private val tall = Modifier.defaultMinSize(minHeight = 52.dp)

/** What most people came to this screen for. */
@Composable
internal fun PrimaryButton(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    @DrawableRes icon: Int? = null,
) = Filled(text, onClick, modifier, enabled, icon, ButtonDefaults.buttonColors())

/** The other way. */
@Composable
internal fun SecondaryButton(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    @DrawableRes icon: Int? = null,
) {
    OutlinedButton(
        onClick,
        modifier.then(tall),
        enabled = enabled,
        shape = ButtonShape,
        contentPadding = padding,
        border = BorderStroke(1.dp, MaterialTheme.colorScheme.outline),
        colors = ButtonDefaults.outlinedButtonColors(contentColor = MaterialTheme.colorScheme.primary),
    ) {
        Words(text, icon)
    }
}

/** Something small beside something else. */
@Composable
internal fun QuietButton(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    @DrawableRes icon: Int? = null,
) {
    TextButton(
        onClick,
        modifier.defaultMinSize(minHeight = Space.touch),
        enabled = enabled,
        shape = ButtonShape,
        contentPadding = PaddingValues(horizontal = 12.dp, vertical = 10.dp),
    ) {
        Words(text, icon)
    }
}

/** What cannot be undone. */
@Composable
internal fun DangerButton(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    @DrawableRes icon: Int? = null,
) = Filled(
    text,
    onClick,
    modifier,
    enabled,
    icon,
    ButtonDefaults.buttonColors(
        containerColor = MaterialTheme.colorScheme.error,
        contentColor = MaterialTheme.colorScheme.onError,
    ),
)

@Composable
private fun Filled(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier,
    enabled: Boolean,
    @DrawableRes icon: Int?,
    colours: ButtonColors,
) {
    val tap = uncovered(onClick)
    Button(
        tap.onClick,
        modifier.then(tall).then(tap.modifier),
        enabled = enabled,
        shape = ButtonShape,
        colors = colours,
        contentPadding = padding,
    ) {
        Words(text, icon)
    }
}

/** A picture that is tapped; [label] is what it does, for who cannot see it. */
@Composable
internal fun IconAction(
    @DrawableRes icon: Int,
    label: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    tint: Color = LocalContentColor.current,
) {
    IconButton(onClick, modifier.size(Space.touch), enabled = enabled) {
        Icon(painterResource(icon), contentDescription = label, tint = if (enabled) tint else tint.copy(alpha = 0.38f))
    }
}

/** A picture beside words that say the same; silent for a screen reader. */
@Composable
internal fun Pict(@DrawableRes icon: Int, modifier: Modifier = Modifier, tint: Color = LocalContentColor.current) {
    Icon(painterResource(icon), contentDescription = null, modifier = modifier, tint = tint)
}

@Composable
private fun RowScope.Words(text: String, @DrawableRes icon: Int?) {
    if (icon != null) {
        Pict(icon, Modifier.size(20.dp))
        Spacer(Modifier.width(10.dp))
    }
    Text(text, Modifier.weight(1f, fill = false), textAlign = TextAlign.Center)
}
