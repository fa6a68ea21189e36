// What comes over the conversation: what can be done with a message, who has it, who reacted, where a
// link leads, what is looked at once, and what leaving would mean.

package app.dayfly.android.room

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.platform.LocalResources
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import androidx.compose.ui.window.Dialog
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.ConfirmDialog
import app.dayfly.android.ui.DangerButton
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.Pict
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.QuietButton
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.SecondaryButton
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.faint
import app.dayfly.core.proto.LinkTarget

/** The first offered, in this order. */
internal val QUICK_EMOJI = listOf("👍", "❤️", "😂", "😢", "🙏")

/** What most people look for beyond those. */
internal val MORE_EMOJI = listOf(
    "👎", "🎉", "🔥", "👏", "💯", "✅", "❌", "❓", "❗", "👀",
    "😮", "🤔", "😀", "😉", "😊", "😍", "😎", "😅", "🙃", "😴", "😡",
    "😱", "🤯", "🤝", "💪", "🙌", "👋", "✌️", "🤞", "💔",
    "⭐", "🌙", "☀️", "🌧️", "☕", "🍀", "🕊️", "🚨", "⏰", "📍",
)

/** What can be done with a message. */
@Composable
internal fun MessageSheet(
    row: MessageRow,
    onReact: (String) -> Unit,
    onMoreEmoji: () -> Unit,
    onDo: (Can) -> Unit,
    onDetails: () -> Unit,
) {
    Column {
        if (Can.REACT in row.can) {
            EmojiRow(QUICK_EMOJI, row, onReact, onMoreEmoji)
            Spacer(Modifier.height(Space.medium))
        }
        Group {
            val todo = Can.entries.filter { it in row.can && it != Can.REACT }
            for (can in todo) {
                LinkRow(
                    stringResource(can.words),
                    icon = can.icon,
                    danger = can == Can.UNSEND || can == Can.REPORT,
                    onClick = { onDo(can) },
                    trailing = {},
                )
                RowLine()
            }
            LinkRow(stringResource(R.string.room_details), icon = R.drawable.ic_info, onClick = onDetails)
        }
    }
}

@OptIn(ExperimentalLayoutApi::class)
@Composable
private fun EmojiRow(emoji: List<String>, row: MessageRow, onReact: (String) -> Unit, onMore: (() -> Unit)?) {
    FlowRow(
        Modifier.fillMaxWidth(),
        horizontalArrangement = Arrangement.spacedBy(Space.hair, Alignment.CenterHorizontally),
    ) {
        for (each in emoji) {
            val mine = row.reactions.any { it.emoji == each && it.mine }
            val label = stringResource(if (mine) R.string.room_react_back else R.string.room_react_with, each)
            Surface(
                Modifier
                    .size(Space.touch)
                    .clip(CircleShape)
                    .clickable(role = Role.Button) { onReact(each) }
                    .semantics { contentDescription = label },
                shape = CircleShape,
                color = MaterialTheme.colorScheme.run { if (mine) primaryContainer else surfaceContainer },
            ) {
                Box(contentAlignment = Alignment.Center) { Text(each, fontSize = 24.sp) }
            }
        }
        if (onMore != null) {
            val label = stringResource(R.string.room_more_emoji)
            Surface(
                Modifier
                    .size(Space.touch)
                    .clip(CircleShape)
                    .clickable(role = Role.Button, onClick = onMore)
                    .semantics { contentDescription = label },
                shape = CircleShape,
                color = MaterialTheme.colorScheme.surfaceContainerHigh,
            ) {
                Box(contentAlignment = Alignment.Center) { Pict(R.drawable.ic_add) }
            }
        }
    }
}

/** More to react with. */
@Composable
internal fun EmojiSheet(row: MessageRow, onReact: (String) -> Unit) {
    Column {
        SheetTitle(stringResource(R.string.room_react))
        EmojiRow(QUICK_EMOJI + MORE_EMOJI, row, onReact, null)
    }
}

/** Who has a message, who read it, when it was said, and what is to be known of it. */
@Composable
internal fun DetailsSheet(details: DetailsUi) {
    val row = details.row
    val context = LocalContext.current
    val resources = LocalResources.current
    Column {
        SheetTitle(stringResource(R.string.room_details))
        Group {
            LinkRow(
                stringResource(R.string.room_details_sent),
                icon = R.drawable.ic_clock,
                text = context.moment(row.sentAt),
            )
            if (!row.mine) {
                RowLine()
                LinkRow(
                    stringResource(R.string.room_details_came),
                    icon = R.drawable.ic_download,
                    text = context.moment(row.at),
                )
            }
            row.expiresAt?.let { end ->
                RowLine()
                LinkRow(
                    stringResource(R.string.room_details_vanishes),
                    icon = R.drawable.ic_timer,
                    text = stringResource(R.string.room_details_in, resources.remaining(end - LocalNow.current())),
                )
            }
            for (remark in remarks(row)) {
                RowLine()
                LinkRow(stringResource(remark.first), icon = remark.second, text = stringResource(remark.third))
            }
        }
        for (reaction in row.reactions) {
            SectionTitle(pluralStringResource(R.plurals.room_reaction, reaction.count, reaction.emoji, reaction.count))
            Group {
                val names =
                    reaction.names + if (reaction.mine) listOf(stringResource(R.string.room_you)) else emptyList()
                names.forEachIndexed { index, name ->
                    if (index > 0) RowLine()
                    LinkRow(name)
                }
            }
        }
        if (row.mine) People(details)
    }
}

@Composable
private fun SheetTitle(words: String) {
    Text(
        words,
        Modifier.padding(bottom = Space.medium).semantics { heading() },
        style = MaterialTheme.typography.headlineSmall,
    )
}

@Composable
private fun People(details: DetailsUi) {
    SectionTitle(stringResource(R.string.room_details_who))
    if (details.people.isEmpty()) {
        Text(
            stringResource(if (details.native) R.string.room_details_nobody else R.string.room_details_web),
            style = MaterialTheme.typography.bodyMedium,
            color = faint,
        )
        return
    }
    Group {
        details.people.forEachIndexed { index, receipt ->
            if (index > 0) RowLine()
            LinkRow(receipt.name, text = stringResource(receipt.progress.words))
        }
    }
    Text(
        stringResource(if (details.receipts) R.string.room_details_receipts else R.string.room_details_no_receipts),
        Modifier.padding(horizontal = Space.hair, vertical = Space.small),
        style = MaterialTheme.typography.bodySmall,
        color = faint,
    )
}

/** What is to be known of a message: a word, a picture, and what it means. */
private fun remarks(row: MessageRow): List<Triple<Int, Int, Int>> = buildList {
    if (row.edited) add(Triple(R.string.room_edited, R.drawable.ic_edit, R.string.room_edited_meaning))
    if (row.unconfirmed) {
        val word = if (row.history) R.string.room_history_unconfirmed else R.string.room_unconfirmed
        add(Triple(word, R.drawable.ic_history, R.string.room_unconfirmed_meaning))
    }
    if (row.disputed) add(Triple(R.string.room_disputed, R.drawable.ic_warning, R.string.room_disputed_meaning))
}

/** Where a link leads, said before anything is opened. */
@Composable
internal fun LinkDialog(link: LinkTarget, onOpen: () -> Unit, onCopy: () -> Unit, onDismiss: () -> Unit) {
    val mail = link.url.startsWith("mailto:")
    ConfirmDialog(
        title = stringResource(R.string.room_link_title, link.host),
        text = stringResource(if (mail) R.string.room_link_mail else R.string.room_link_text),
        confirm = stringResource(R.string.room_link_open),
        onConfirm = onOpen,
        onDismiss = onDismiss,
        icon = R.drawable.ic_link,
    ) {
        Text(
            link.url,
            Modifier.padding(top = Space.medium),
            // An address is read from left to right wherever it stands.
            style = MaterialTheme.typography.bodySmall.copy(textDirection = TextDirection.Ltr),
            color = faint,
            maxLines = 6,
            overflow = TextOverflow.Ellipsis,
        )
        QuietButton(stringResource(R.string.room_link_copy), onCopy, icon = R.drawable.ic_copy)
    }
}

/** Words that are gone once this is closed. */
@Composable
internal fun LookDialog(look: LookUi, onClose: () -> Unit) {
    Dialog(onDismissRequest = onClose) { LookCard(look, onClose) }
}

/** The inside of a [LookDialog]. Nothing in it can be copied or opened: it is to be looked at. */
@Composable
internal fun LookCard(look: LookUi, onClose: () -> Unit) {
    Surface(
        shape = MaterialTheme.shapes.extraLarge,
        color = MaterialTheme.colorScheme.surfaceContainer,
        contentColor = MaterialTheme.colorScheme.onSurface,
    ) {
        Column(Modifier.padding(Space.page).widthIn(max = 480.dp)) {
            Row(verticalAlignment = Alignment.CenterVertically) {
                Pict(R.drawable.ic_once, Modifier.size(24.dp), tint = MaterialTheme.colorScheme.secondary)
                Text(
                    stringResource(R.string.room_look_title, isolated(look.name)),
                    Modifier.padding(start = Space.small).semantics { heading() },
                    style = MaterialTheme.typography.titleMedium,
                )
            }
            Box(Modifier.padding(vertical = Space.large).heightIn(max = 420.dp).verticalScroll(rememberScrollState())) {
                Markup(look.blocks, onLink = null, onCopy = null)
            }
            Text(stringResource(R.string.room_look_note), style = MaterialTheme.typography.bodySmall, color = faint)
            PrimaryButton(
                stringResource(R.string.room_look_close),
                onClose,
                Modifier.fillMaxWidth().padding(top = Space.medium),
            )
        }
    }
}

/** An owner leaves others behind: what that means, and what else there is. */
@Composable
internal fun LeavingDialog(leaving: LeavingUi, actions: RoomActions, onMembers: () -> Unit) {
    Dialog(onDismissRequest = actions::stay) { LeavingCard(leaving, actions, onMembers) }
}

/** The inside of a [LeavingDialog]. */
@Composable
internal fun LeavingCard(leaving: LeavingUi, actions: RoomActions, onMembers: () -> Unit) {
    Surface(
        shape = MaterialTheme.shapes.extraLarge,
        color = MaterialTheme.colorScheme.surfaceContainer,
        contentColor = MaterialTheme.colorScheme.onSurface,
    ) {
        Column(
            Modifier.verticalScroll(rememberScrollState()).padding(Space.page).widthIn(max = 480.dp),
            verticalArrangement = Arrangement.spacedBy(Space.medium),
        ) {
            Text(
                stringResource(R.string.room_leaving_title),
                Modifier.semantics { heading() },
                style = MaterialTheme.typography.headlineSmall,
            )
            Text(
                pluralStringResource(R.plurals.room_leaving_text, leaving.others, leaving.others),
                style = MaterialTheme.typography.bodyMedium,
            )
            SecondaryButton(stringResource(R.string.room_leaving_hand_over), {
                actions.stay()
                onMembers()
            }, Modifier.fillMaxWidth())
            SecondaryButton(stringResource(R.string.room_leaving_anyway), actions::leaveAnyway, Modifier.fillMaxWidth())
            DangerButton(stringResource(R.string.room_leaving_close), actions::closeForAll, Modifier.fillMaxWidth())
            QuietButton(stringResource(R.string.room_leaving_stay), actions::stay, Modifier.fillMaxWidth())
        }
    }
}
