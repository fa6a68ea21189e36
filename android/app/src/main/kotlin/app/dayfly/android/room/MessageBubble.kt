// One message: whose, what it answers, what it says, what became of it. To a screen reader it is one
// thing with actions; the reactions under it are things of their own.

package app.dayfly.android.room

import androidx.compose.animation.animateColorAsState
import androidx.compose.foundation.BorderStroke
import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.combinedClickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.IntrinsicSize
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.minimumInteractiveComponentSize
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableLongStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.platform.LocalResources
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.CustomAccessibilityAction
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.customActions
import androidx.compose.ui.semantics.onClick
import androidx.compose.ui.semantics.onLongClick
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.semantics.text
import androidx.compose.ui.text.AnnotatedString
import androidx.compose.ui.text.font.FontStyle
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.theme.Space
import app.dayfly.android.theme.WingFromEnd
import app.dayfly.android.theme.WingFromStart
import app.dayfly.android.ui.Avatar
import app.dayfly.android.ui.Pict
import app.dayfly.android.ui.faint
import app.dayfly.core.proto.LinkTarget
import app.dayfly.core.proto.MessageId
import kotlinx.coroutines.delay

/** The time that countdowns are told by; a picture for a test stands still. */
internal val LocalNow = staticCompositionLocalOf<() -> Long> { System::currentTimeMillis }

/** What a row can ask of the screen around it. */
internal class RowCalls(
    val menu: (MessageRow) -> Unit,
    val act: (Can, MessageRow) -> Unit,
    val details: (MessageRow) -> Unit,
    val link: (LinkTarget) -> Unit,
    val copy: (String) -> Unit,
    val jump: (MessageId) -> Unit,
    val react: (MessageRow, String, Boolean) -> Unit,
)

/** A message; in a [direct] conversation nobody has to be told whose it is. */
@Composable
internal fun MessageBubble(
    row: MessageRow,
    direct: Boolean,
    marked: Boolean,
    calls: RowCalls,
    modifier: Modifier = Modifier,
) {
    val mark by animateColorAsState(
        if (marked) MaterialTheme.colorScheme.secondaryContainer else Color.Transparent,
        DayflyTheme.motion.gentle(),
        label = "mark",
    )
    Row(
        modifier
            .fillMaxWidth()
            .background(mark)
            .padding(horizontal = Space.medium)
            .padding(top = if (row.first) Space.small else 3.dp),
        horizontalArrangement = if (row.mine) Arrangement.End else Arrangement.Start,
    ) {
        if (!row.mine && !direct) Picture(row, calls)
        Column(
            Modifier
                .weight(1f, fill = false)
                .padding(start = if (row.mine) 48.dp else 0.dp, end = if (row.mine) 0.dp else 32.dp),
            horizontalAlignment = if (row.mine) Alignment.End else Alignment.Start,
        ) {
            if (!row.mine && !direct && row.first) Name(row)
            Bubble(row, calls)
            if (row.reactions.isNotEmpty()) Reactions(row, calls)
        }
    }
}

@Composable
private fun Picture(row: MessageRow, calls: RowCalls) {
    Box(Modifier.width(40.dp)) {
        val fingerprint = row.fingerprint
        if (!row.first) return@Box
        if (fingerprint == null) {
            Box(
                Modifier.size(32.dp).clip(CircleShape).background(MaterialTheme.colorScheme.surfaceContainerHigh),
                contentAlignment = Alignment.Center,
            ) { Pict(R.drawable.ic_history, Modifier.size(18.dp), tint = faint) }
        } else {
            // The name is said with the message, and the member is reached from its menu.
            Avatar(fingerprint, Modifier.clearAndSetSemantics {}, 32.dp)
        }
    }
}

@Composable
private fun Name(row: MessageRow) {
    val words = row.hint?.let { stringResource(R.string.room_name_hint, isolated(row.name), it) } ?: row.name
    Text(
        words,
        Modifier.padding(start = Space.medium, bottom = 2.dp).clearAndSetSemantics {},
        style = MaterialTheme.typography.labelMedium,
        color = faint,
        maxLines = 1,
        overflow = TextOverflow.Ellipsis,
    )
}

@Composable
private fun Bubble(row: MessageRow, calls: RowCalls) {
    val context = LocalContext.current
    val spoken = remember(row, context) { context.spoken(row) }
    val actions = accessibilityActions(row, calls)
    val tap = { if (Can.VIEW in row.can) calls.act(Can.VIEW, row) else calls.menu(row) }
    val scheme = MaterialTheme.colorScheme
    val quiet = row.body is Body.Gone
    val paper = when {
        quiet -> Color.Transparent
        row.mine -> scheme.primaryContainer
        row.mentionsMe -> scheme.secondaryContainer
        else -> scheme.surfaceContainerHigh
    }
    val ink = when {
        quiet -> faint
        row.mine -> scheme.onPrimaryContainer
        row.mentionsMe -> scheme.onSecondaryContainer
        else -> scheme.onSurface
    }
    Surface(
        Modifier
            .widthIn(min = 64.dp, max = 520.dp)
            .heightIn(min = 46.dp)
            .clip(if (row.mine) WingFromEnd else WingFromStart)
            .combinedClickable(onLongClick = { calls.menu(row) }, onClick = tap)
            .clearAndSetSemantics {
                text = AnnotatedString(spoken)
                customActions = actions
                onClick {
                    tap()
                    true
                }
                onLongClick {
                    calls.menu(row)
                    true
                }
            },
        shape = if (row.mine) WingFromEnd else WingFromStart,
        color = paper,
        contentColor = ink,
        border = if (quiet) BorderStroke(1.dp, scheme.outlineVariant) else null,
    ) {
        Column(
            Modifier.padding(horizontal = Space.medium, vertical = Space.small),
            verticalArrangement = Arrangement.Center,
        ) {
            if (row.unconfirmed && row.first) {
                Mark(
                    R.drawable.ic_history,
                    if (row.history) R.string.room_history_unconfirmed else R.string.room_unconfirmed,
                )
            }
            row.quote?.let { QuoteCard(it, calls) }
            Says(row, calls)
            if (row.disputed) Mark(R.drawable.ic_warning, R.string.room_disputed)
            if (row.last || row.edited || row.expiresAt != null || row.progress in LOUD) {
                Foot(row, ink, Modifier.align(Alignment.End))
            }
        }
    }
}

/** What needs to be said even within a group. */
private val LOUD = setOf(Progress.WAITING, Progress.FAILED)

@Composable
private fun accessibilityActions(row: MessageRow, calls: RowCalls): List<CustomAccessibilityAction> {
    val resources = LocalResources.current
    return remember(row, calls, resources) {
        buildList {
            fun add(label: String, act: () -> Unit) = add(
                CustomAccessibilityAction(label) {
                    act()
                    true
                },
            )
            for (can in Can.entries.filter {
                it in row.can
            }) {
                add(resources.getString(can.words)) { calls.act(can, row) }
            }
            add(resources.getString(R.string.room_details)) { calls.details(row) }
            row.quote?.takeIf { it.name != null }?.let { quote ->
                add(resources.getString(R.string.room_jump)) { calls.jump(quote.id) }
            }
            (row.body as? Body.Words)?.let { body ->
                for (link in links(body.blocks)) {
                    add(resources.getString(R.string.room_open_link, link.host)) {
                        calls.link(link)
                    }
                }
            }
        }
    }
}

@Composable
private fun Says(row: MessageRow, calls: RowCalls) {
    when (val body = row.body) {
        is Body.Words -> Markup(body.blocks, calls.link, calls.copy)
        is Body.ViewOnce -> Row(verticalAlignment = Alignment.CenterVertically) {
            Pict(R.drawable.ic_once, Modifier.size(22.dp))
            Spacer(Modifier.width(Space.small))
            Text(
                stringResource(if (row.mine) R.string.room_once_mine else R.string.room_once_closed),
                style = MaterialTheme.typography.bodyLarge,
            )
        }
        is Body.Gone -> Text(
            stringResource(body.why.words),
            style = MaterialTheme.typography.bodyMedium.copy(fontStyle = FontStyle.Italic),
        )
    }
}

@Composable
private fun Mark(icon: Int, words: Int) {
    Row(Modifier.padding(bottom = 2.dp), verticalAlignment = Alignment.CenterVertically) {
        Pict(icon, Modifier.size(14.dp))
        Spacer(Modifier.width(Space.hair))
        Text(stringResource(words), style = MaterialTheme.typography.labelMedium)
    }
}

@Composable
private fun QuoteCard(quote: Quote, calls: RowCalls) {
    val ink = LocalContentColor.current
    val tap = if (quote.name == null) Modifier else Modifier.clickable { calls.jump(quote.id) }
    Row(
        Modifier
            .padding(bottom = 6.dp)
            .clip(MaterialTheme.shapes.extraSmall)
            .background(ink.copy(alpha = 0.08f))
            .then(tap)
            .height(IntrinsicSize.Min),
    ) {
        Box(Modifier.width(3.dp).fillMaxHeight().background(ink.copy(alpha = 0.5f)))
        Column(Modifier.padding(horizontal = Space.small, vertical = 6.dp)) {
            QuoteWords(quote)
        }
    }
}

/** Whose words are answered, and how they begin. */
@Composable
internal fun QuoteWords(quote: Quote) {
    if (quote.name == null) {
        Text(stringResource(R.string.room_quote_gone), style = MaterialTheme.typography.bodySmall)
        return
    }
    Text(
        if (quote.mine) stringResource(R.string.room_you) else quote.name,
        style = MaterialTheme.typography.labelMedium,
        maxLines = 1,
        overflow = TextOverflow.Ellipsis,
    )
    Text(
        quote.excerpt ?: stringResource(R.string.room_quote_hidden),
        style = MaterialTheme.typography.bodySmall.copy(textDirection = TextDirection.Content),
        maxLines = 2,
        overflow = TextOverflow.Ellipsis,
    )
}

@OptIn(ExperimentalLayoutApi::class)
@Composable
private fun Foot(row: MessageRow, ink: Color, modifier: Modifier) {
    val style = MaterialTheme.typography.labelSmall
    val context = LocalContext.current
    FlowRow(
        modifier.padding(top = 2.dp),
        horizontalArrangement = Arrangement.spacedBy(6.dp, Alignment.End),
        itemVerticalAlignment = Alignment.CenterVertically,
    ) {
        if (row.edited) Text(stringResource(R.string.room_edited), style = style)
        row.expiresAt?.let { Countdown(it) }
        Text(context.time(row.sentAt), style = style)
        row.progress?.let { progress ->
            val tint = if (progress == Progress.FAILED) MaterialTheme.colorScheme.error else ink
            Row(verticalAlignment = Alignment.CenterVertically) {
                if (progress in LOUD) {
                    Text(
                        stringResource(progress.words),
                        Modifier.weight(1f, fill = false).padding(end = 6.dp),
                        style = style,
                    )
                }
                Pict(progress.icon, Modifier.size(16.dp), tint = tint)
            }
        }
    }
}

private val Progress.icon: Int
    get() = when (this) {
        Progress.WAITING -> R.drawable.ic_clock
        Progress.SENT, Progress.SOME -> R.drawable.ic_check
        Progress.DELIVERED -> R.drawable.ic_done_all
        Progress.READ -> R.drawable.ic_eye
        Progress.FAILED -> R.drawable.ic_report
    }

/** What is left until a message vanishes; quiet, and told no more often than it changes. */
@Composable
private fun Countdown(end: Long) {
    val now = LocalNow.current
    val resources = LocalResources.current
    var left by remember(end) { mutableLongStateOf(end - now()) }
    LaunchedEffect(end) {
        while (left > 0) {
            delay(if (left > 120_000) 30_000 else 1_000)
            left = end - now()
        }
    }
    Row(verticalAlignment = Alignment.CenterVertically) {
        Pict(R.drawable.ic_timer, Modifier.size(14.dp))
        Spacer(Modifier.width(2.dp))
        Text(resources.remaining(left), style = MaterialTheme.typography.labelSmall)
    }
}

@OptIn(ExperimentalLayoutApi::class)
@Composable
private fun Reactions(row: MessageRow, calls: RowCalls) {
    FlowRow(horizontalArrangement = Arrangement.spacedBy(Space.hair)) {
        for (reaction in row.reactions) {
            val said = pluralStringResource(R.plurals.room_reaction, reaction.count, reaction.emoji, reaction.count)
            val label = if (reaction.mine) stringResource(R.string.room_reaction_mine, said) else said
            val scheme = MaterialTheme.colorScheme
            Surface(
                Modifier
                    .minimumInteractiveComponentSize()
                    .clip(CircleShape)
                    .toggleable(reaction.mine, enabled = Can.REACT in row.can, role = Role.Checkbox) {
                        calls.react(row, reaction.emoji, it)
                    }.semantics { contentDescription = label },
                shape = CircleShape,
                color = if (reaction.mine) scheme.primaryContainer else scheme.surfaceContainer,
                contentColor = if (reaction.mine) scheme.onPrimaryContainer else scheme.onSurface,
                border = BorderStroke(1.dp, if (reaction.mine) scheme.primary else scheme.outlineVariant),
            ) {
                Row(
                    Modifier.padding(horizontal = 10.dp, vertical = 4.dp).clearAndSetSemantics {},
                    verticalAlignment = Alignment.CenterVertically,
                ) {
                    Text(reaction.emoji, style = MaterialTheme.typography.bodyMedium)
                    if (reaction.count > 1) {
                        Spacer(Modifier.width(Space.hair))
                        Text("%d".format(reaction.count), style = MaterialTheme.typography.labelMedium)
                    }
                }
            }
        }
    }
}

/** What is to be done, in words. */
internal val Can.words: Int
    get() = when (this) {
        Can.VIEW -> R.string.room_view
        Can.COPY -> R.string.room_copy
        Can.REPLY -> R.string.room_reply
        Can.REACT -> R.string.room_react
        Can.EDIT -> R.string.room_edit
        Can.UNSEND -> R.string.room_unsend
        Can.DIRECT -> R.string.room_direct
        Can.REPORT -> R.string.room_report
    }

/** And as a picture. */
internal val Can.icon: Int
    get() = when (this) {
        Can.VIEW -> R.drawable.ic_once
        Can.COPY -> R.drawable.ic_copy
        Can.REPLY -> R.drawable.ic_reply
        Can.REACT -> R.drawable.ic_emoji
        Can.EDIT -> R.drawable.ic_edit
        Can.UNSEND -> R.drawable.ic_delete
        Can.DIRECT -> R.drawable.ic_message
        Can.REPORT -> R.drawable.ic_flag
    }
