package app.dayfly.android.ui

import androidx.annotation.DrawableRes
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.material3.ButtonDefaults
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.theme.Motion
import app.dayfly.android.theme.Space
import kotlinx.coroutines.delay

// What a screen says of its own state: something to know, nothing here, please wait.

/** How much a [Banner] matters. Each has a picture of its own; the colour only repeats it. */
internal enum class BannerKind(@param:DrawableRes internal val icon: Int) {
    /** Worth knowing. */
    NOTE(R.drawable.ic_info),

    /** It went well, and that was not certain. */
    GOOD(R.drawable.ic_check),

    /** Weaker or slower than it might look. */
    CAUTION(R.drawable.ic_warning),

    /** It failed. */
    PROBLEM(R.drawable.ic_report),
}

/** A sentence about the state of things, announced to a screen reader when it appears. */
@Composable
internal fun Banner(
    kind: BannerKind,
    text: String,
    modifier: Modifier = Modifier,
    title: String? = null,
    action: String? = null,
    onAction: () -> Unit = {},
    onClose: (() -> Unit)? = null,
    closeLabel: String = "",
) {
    val (paper, ink) = colours(kind)
    Surface(
        modifier.fillMaxWidth().semantics { liveRegion = LiveRegionMode.Polite },
        shape = MaterialTheme.shapes.medium,
        color = paper,
        contentColor = ink,
    ) {
        Row(Modifier.padding(start = Space.large, end = Space.small)) {
            Pict(kind.icon, Modifier.padding(top = 14.dp).size(20.dp))
            Column(Modifier.weight(1f).padding(start = Space.medium, top = 13.dp, bottom = 13.dp, end = Space.small)) {
                if (title !=
                    null
                ) {
                    Text(title, Modifier.padding(bottom = 2.dp), style = MaterialTheme.typography.titleSmall)
                }
                Text(text, style = MaterialTheme.typography.bodyMedium)
                if (action != null) {
                    CompositionLocalProvider(LocalContentColor provides ink) {
                        InkButton(action, ink, onAction)
                    }
                }
            }
            if (onClose != null) IconAction(R.drawable.ic_close, closeLabel, onClose, tint = ink)
        }
    }
}

@Composable
private fun InkButton(text: String, ink: Color, onClick: () -> Unit) {
    TextButton(
        onClick,
        colors = ButtonDefaults.textButtonColors(contentColor = ink),
        contentPadding = PaddingValues(horizontal = 0.dp, vertical = 10.dp),
    ) {
        Text(text, style = MaterialTheme.typography.labelLarge)
    }
}

@Composable
private fun colours(kind: BannerKind): Pair<Color, Color> {
    val scheme = MaterialTheme.colorScheme
    val more = DayflyTheme.more
    return when (kind) {
        BannerKind.NOTE -> scheme.primaryContainer to scheme.onPrimaryContainer
        BannerKind.GOOD -> more.goodContainer to more.onGoodContainer
        BannerKind.CAUTION -> more.cautionContainer to more.onCautionContainer
        BannerKind.PROBLEM -> scheme.errorContainer to scheme.onErrorContainer
    }
}

/** Nothing is here yet, why that is well, and what one can do about it. */
@Composable
internal fun EmptyState(
    title: String,
    text: String,
    modifier: Modifier = Modifier,
    @DrawableRes icon: Int? = null,
    action: String? = null,
    onAction: () -> Unit = {},
) {
    Column(
        modifier.fillMaxWidth().padding(Space.huge),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        if (icon == null) {
            Mayfly(Modifier.size(112.dp))
        } else {
            Pict(icon, Modifier.size(48.dp), tint = MaterialTheme.colorScheme.primary)
        }
        Spacer(Modifier.height(Space.large))
        Text(
            title,
            Modifier.semantics { heading() },
            style = MaterialTheme.typography.headlineSmall,
            textAlign = TextAlign.Center,
        )
        Spacer(Modifier.height(Space.small))
        Text(
            text,
            Modifier.widthIn(max = 360.dp),
            style = MaterialTheme.typography.bodyMedium,
            color = faint,
            textAlign = TextAlign.Center,
        )
        if (action != null) {
            Spacer(Modifier.height(Space.large))
            PrimaryButton(action, onAction)
        }
    }
}

/** Whether somebody has waited long enough to be told that something is going on. */
@Composable
internal fun isLate(busy: Boolean): Boolean {
    var late by remember { mutableStateOf(false) }
    LaunchedEffect(busy) {
        late = false
        if (busy) {
            delay(Motion.LATE)
            late = true
        }
    }
    return busy && late
}

/** A line along an edge while [busy], once that has lasted. */
@Composable
internal fun BusyLine(busy: Boolean, modifier: Modifier = Modifier) {
    if (isLate(busy)) {
        LinearProgressIndicator(modifier.fillMaxWidth())
    } else {
        Spacer(modifier.fillMaxWidth().height(4.dp))
    }
}

/** What one is waiting for, in words, and a way to stop waiting. */
@Composable
internal fun Waiting(text: String, modifier: Modifier = Modifier, cancel: String? = null, onCancel: () -> Unit = {}) {
    Column(
        modifier.fillMaxWidth().padding(Space.huge),
        horizontalAlignment = Alignment.CenterHorizontally,
        verticalArrangement = Arrangement.spacedBy(Space.large),
    ) {
        // The words below say it; a spinner says nothing more to a screen reader.
        if (DayflyTheme.motion.still) {
            Pict(R.drawable.ic_clock, Modifier.size(40.dp), tint = MaterialTheme.colorScheme.primary)
        } else {
            CircularProgressIndicator(Modifier.size(40.dp).clearAndSetSemantics {})
        }
        Text(
            text,
            Modifier.widthIn(max = 360.dp).semantics { liveRegion = LiveRegionMode.Polite },
            style = MaterialTheme.typography.bodyLarge,
            textAlign = TextAlign.Center,
        )
        if (cancel != null) SecondaryButton(cancel, onCancel)
    }
}
