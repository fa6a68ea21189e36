// Where one writes. What is written lives in the view model's memory and nowhere else. A limit is said
// before it is reached.

package app.dayfly.android.room

import androidx.compose.animation.AnimatedVisibility
import androidx.compose.foundation.background
import androidx.compose.foundation.horizontalScroll
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.IntrinsicSize
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.foundation.text.BasicTextField
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.input.TextFieldLineLimits
import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.material3.FilledIconButton
import androidx.compose.material3.FilledIconToggleButton
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButtonDefaults
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.SuggestionChip
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.State
import androidx.compose.runtime.derivedStateOf
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableLongStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.focus.FocusRequester
import androidx.compose.ui.focus.focusRequester
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.input.key.Key
import androidx.compose.ui.input.key.KeyEvent
import androidx.compose.ui.input.key.KeyEventType
import androidx.compose.ui.input.key.isShiftPressed
import androidx.compose.ui.input.key.key
import androidx.compose.ui.input.key.onPreviewKeyEvent
import androidx.compose.ui.input.key.type
import androidx.compose.ui.platform.LocalResources
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.painterResource
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextRange
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.IconAction
import app.dayfly.android.ui.Pict
import app.dayfly.android.ui.faint
import app.dayfly.core.proto.MemberId
import kotlinx.coroutines.delay
import android.view.KeyEvent as AndroidKeyEvent

/** The composer of one conversation. */
@Composable
internal fun Composer(
    ui: ComposerUi,
    thread: MemberId?,
    title: String,
    actions: RoomActions,
    modifier: Modifier = Modifier,
) {
    val shut = ui.shut
    Surface(modifier.fillMaxWidth(), color = MaterialTheme.colorScheme.surface) {
        if (shut != null) {
            ShutLine(shut)
        } else {
            Open(ui, thread, title, actions)
        }
    }
}

@Composable
private fun ShutLine(shut: Shut) {
    val words = when (shut) {
        Shut.GONE -> R.string.room_shut_gone
        Shut.WAS_NATIVE -> R.string.room_shut_was_native
        Shut.BLOCKED -> R.string.room_shut_blocked
    }
    Text(
        stringResource(words),
        Modifier.padding(Space.large),
        style = MaterialTheme.typography.bodyMedium,
        color = faint,
    )
}

@Composable
private fun Open(ui: ComposerUi, thread: MemberId?, title: String, actions: RoomActions) {
    val field = actions.draft(thread)
    val wait by waiting(ui.nextAt)
    val length by remember(field) { derivedStateOf { field.text.length } }
    val blank by remember(field) { derivedStateOf { field.text.isBlank() } }
    val ready = !blank && length <= MAX_MESSAGE && (wait <= 0 || ui.mode is ComposerMode.Edit)
    val send = { if (ready) actions.send(thread) }
    val focus = remember { FocusRequester() }
    LaunchedEffect(ui.mode) { if (ui.mode !is ComposerMode.New) focus.requestFocus() }
    Column(Modifier.padding(start = Space.small, end = Space.small, bottom = Space.small)) {
        Offered(field, ui.names)
        Mode(ui.mode) { actions.cancelMode(thread) }
        Limits(length, wait, ui)
        Row(verticalAlignment = Alignment.Bottom) {
            if (ui.onceAllowed && ui.mode !is ComposerMode.Edit) OnceToggle(ui.once) { actions.toggleOnce(thread) }
            Writing(field, thread, title, ui, focus, send, Modifier.weight(1f))
            val label = stringResource(if (ui.mode is ComposerMode.Edit) R.string.room_save else R.string.room_send)
            FilledIconButton(
                send,
                Modifier.padding(start = Space.hair).size(Space.touch),
                enabled = ready,
            ) {
                val icon = if (ui.mode is ComposerMode.Edit) R.drawable.ic_check else R.drawable.ic_send
                Icon(painterResource(icon), contentDescription = label)
            }
        }
    }
}

@Composable
private fun Writing(
    field: TextFieldState,
    thread: MemberId?,
    title: String,
    ui: ComposerUi,
    focus: FocusRequester,
    send: () -> Unit,
    modifier: Modifier,
) {
    val hint = when {
        ui.once -> stringResource(R.string.room_hint_once)
        thread != null -> stringResource(R.string.room_hint_direct, isolated(title))
        else -> stringResource(R.string.room_hint)
    }
    val style = MaterialTheme.typography.bodyLarge.copy(
        color = MaterialTheme.colorScheme.onSurface,
        textDirection = TextDirection.Content,
    )
    BasicTextField(
        field,
        modifier
            .focusRequester(focus)
            .testTag("composer")
            .semantics { contentDescription = hint }
            .onPreviewKeyEvent { event -> sends(event).also { if (it) send() } },
        textStyle = style,
        keyboardOptions = KeyboardOptions(capitalization = KeyboardCapitalization.Sentences),
        lineLimits = TextFieldLineLimits.MultiLine(maxHeightInLines = 6),
        cursorBrush = SolidColor(MaterialTheme.colorScheme.primary),
        decorator = { inner ->
            Box(
                Modifier
                    .heightIn(min = Space.touch)
                    .background(MaterialTheme.colorScheme.surfaceContainerHigh, RoundedCornerShape(24.dp))
                    .padding(horizontal = Space.large, vertical = Space.medium),
                contentAlignment = Alignment.CenterStart,
            ) {
                if (field.text.isEmpty()) {
                    Text(hint, style = style, color = faint, maxLines = 1, overflow = TextOverflow.Ellipsis)
                }
                inner()
            }
        },
    )
}

/** Enter of a keyboard with keys sends, Shift and Enter begins a line; a keyboard on the screen has a button. */
internal fun sends(event: KeyEvent): Boolean {
    val enter = event.key == Key.Enter || event.key == Key.NumPadEnter
    val soft = event.nativeKeyEvent.flags and AndroidKeyEvent.FLAG_SOFT_KEYBOARD != 0
    return enter && !soft && !event.isShiftPressed && event.type == KeyEventType.KeyDown
}

@Composable
private fun OnceToggle(on: Boolean, toggle: () -> Unit) {
    val label = stringResource(R.string.room_once)
    FilledIconToggleButton(
        on,
        { toggle() },
        Modifier.padding(end = Space.hair).size(Space.touch),
        colors = IconButtonDefaults.filledIconToggleButtonColors(
            containerColor = MaterialTheme.colorScheme.surface,
            contentColor = faint,
            checkedContainerColor = MaterialTheme.colorScheme.secondaryContainer,
            checkedContentColor = MaterialTheme.colorScheme.onSecondaryContainer,
        ),
    ) { Icon(painterResource(R.drawable.ic_once), contentDescription = label) }
}

@Composable
private fun Offered(field: TextFieldState, names: List<String>) {
    val found by remember(field, names) {
        derivedStateOf {
            val query = mentionAt(field.text, field.selection.end).takeIf { field.selection.collapsed }
            query?.let { it to offered(it, names) }
        }
    }
    val (query, fitting) = found ?: return
    if (fitting.isEmpty()) return
    Row(Modifier.horizontalScroll(rememberScrollState()).testTag("mentions")) {
        for (name in fitting) {
            SuggestionChip(
                onClick = {
                    field.edit {
                        replace(query.from, query.to, "@$name ")
                        selection = TextRange(query.from + name.length + 2)
                    }
                },
                label = { Text(name, maxLines = 1, overflow = TextOverflow.Ellipsis) },
                modifier = Modifier.padding(end = Space.small).widthIn(max = 240.dp),
                icon = { Pict(R.drawable.ic_at, Modifier.size(18.dp)) },
            )
        }
    }
}

@Composable
private fun Mode(mode: ComposerMode, cancel: () -> Unit) {
    if (mode is ComposerMode.New) return
    Row(Modifier.fillMaxWidth().padding(bottom = Space.hair), verticalAlignment = Alignment.CenterVertically) {
        Row(Modifier.weight(1f).height(IntrinsicSize.Min).padding(start = Space.medium)) {
            Box(Modifier.width(3.dp).fillMaxHeight().background(MaterialTheme.colorScheme.primary))
            Column(Modifier.padding(horizontal = Space.medium, vertical = Space.hair)) {
                when (mode) {
                    is ComposerMode.Reply -> QuoteWords(mode.quote)
                    is ComposerMode.Edit -> {
                        Text(
                            stringResource(R.string.room_editing),
                            style = MaterialTheme.typography.labelMedium,
                            color = MaterialTheme.colorScheme.primary,
                        )
                        Text(
                            mode.excerpt,
                            style = MaterialTheme.typography.bodySmall.copy(textDirection = TextDirection.Content),
                            maxLines = 1,
                            overflow = TextOverflow.Ellipsis,
                        )
                    }
                    is ComposerMode.New -> Unit
                }
            }
        }
        IconAction(R.drawable.ic_close, stringResource(R.string.room_cancel_mode), cancel)
    }
}

/** What bounds the next message: its length, the pause between two, the time it stays. */
@Composable
private fun Limits(length: Int, wait: Int, ui: ComposerUi) {
    val resources = LocalResources.current
    val left = MAX_MESSAGE - length
    val words = when {
        left < 0 -> pluralStringResource(R.plurals.room_too_long, -left, -left)
        length >= LENGTH_SAID_FROM -> pluralStringResource(R.plurals.room_length_left, left, left)
        wait > 0 -> stringResource(
            R.string.room_slow_wait,
            resources.duration(ui.slowSeconds),
            resources.duration(wait),
        )
        ui.slowSeconds > 0 -> stringResource(R.string.room_slow, resources.duration(ui.slowSeconds))
        else -> null
    }
    val polite = if (left < 0 ||
        length >= LENGTH_SAID_FROM
    ) {
        Modifier.semantics { liveRegion = LiveRegionMode.Polite }
    } else {
        Modifier
    }
    Column(Modifier.padding(horizontal = Space.medium)) {
        AnimatedVisibility(words != null) {
            Text(
                words.orEmpty(),
                polite.padding(bottom = Space.hair),
                style = MaterialTheme.typography.labelMedium,
                color = if (left < 0) MaterialTheme.colorScheme.error else faint,
            )
        }
        if (ui.vanishSeconds > 0) {
            Row(Modifier.padding(bottom = Space.hair), verticalAlignment = Alignment.CenterVertically) {
                Pict(R.drawable.ic_timer, Modifier.size(14.dp), tint = faint)
                Text(
                    stringResource(R.string.room_vanishing, resources.duration(ui.vanishSeconds)),
                    Modifier.padding(start = Space.hair),
                    style = MaterialTheme.typography.labelMedium,
                    color = faint,
                )
            }
        }
        if (ui.once) {
            Text(
                stringResource(R.string.room_once_note),
                Modifier.padding(bottom = Space.hair),
                style = MaterialTheme.typography.labelMedium,
                color = DayflyTheme.more.caution,
            )
        }
    }
}

/** Seconds until [at]; counts down while there are any. */
@Composable
private fun waiting(at: Long): State<Int> {
    val now = LocalNow.current
    var left by remember(at) { mutableLongStateOf(at - now()) }
    LaunchedEffect(at) {
        while (left > 0) {
            delay(minOf(left, 1_000))
            left = at - now()
        }
    }
    return remember(at) { derivedStateOf { ((left + 999) / 1_000).coerceAtLeast(0).toInt() } }
}
