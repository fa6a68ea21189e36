// Direct conversations: the list of them, and the bar over one.

package app.dayfly.android.room

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.material3.Badge
import androidx.compose.material3.ExperimentalMaterial3Api
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.material3.TopAppBar
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Avatar
import app.dayfly.android.ui.EmptyState
import app.dayfly.android.ui.IconAction
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.Pict
import app.dayfly.android.ui.faint
import app.dayfly.core.proto.MemberId

/** Everybody one can speak to alone. */
@Composable
internal fun ThreadList(threads: List<ThreadUi>, onOpen: (MemberId) -> Unit, modifier: Modifier = Modifier) {
    if (threads.isEmpty()) {
        EmptyState(
            stringResource(R.string.room_direct_empty),
            stringResource(R.string.room_direct_empty_text),
            modifier,
            icon = R.drawable.ic_message,
        )
        return
    }
    LazyColumn(modifier.fillMaxSize(), contentPadding = PaddingValues(vertical = Space.small)) {
        items(threads, key = { it.with }) { thread -> Thread(thread) { onOpen(thread.with) } }
        item {
            Text(
                stringResource(R.string.room_direct_note),
                Modifier.padding(horizontal = Space.page, vertical = Space.large),
                style = MaterialTheme.typography.bodySmall,
                color = faint,
            )
        }
    }
}

@Composable
private fun Thread(thread: ThreadUi, onClick: () -> Unit) {
    val context = LocalContext.current
    val name = thread.hint?.let { stringResource(R.string.room_name_hint, isolated(thread.name), it) } ?: thread.name
    val last = when {
        thread.once -> stringResource(R.string.room_once)

        thread.excerpt == null && thread.at != null -> stringResource(R.string.room_gone)
        thread.excerpt == null -> stringResource(
            if (thread.away) R.string.room_direct_away else R.string.room_direct_none,
        )
        thread.excerptMine -> stringResource(R.string.room_direct_mine, thread.excerpt)
        else -> thread.excerpt
    }
    LinkRow(
        name,
        text = last,
        onClick = onClick,
        leading = {
            val fingerprint = thread.fingerprint
            if (fingerprint ==
                null
            ) {
                Pict(R.drawable.ic_person, Modifier.size(40.dp), tint = faint)
            } else {
                Avatar(fingerprint)
            }
        },
        trailing = {
            thread.at?.let { Text(context.time(it), style = MaterialTheme.typography.labelSmall) }
            if (thread.unread > 0) {
                val label = pluralStringResource(R.plurals.room_new_messages, thread.unread, thread.unread)
                Badge(Modifier.semantics { contentDescription = label }) { Text("%d".format(thread.unread)) }
            }
        },
    )
}

/** The bar over a direct conversation, or over the list of them. */
@OptIn(ExperimentalMaterial3Api::class)
@Composable
internal fun DirectBar(conversation: ConversationUi?, back: (() -> Unit)?, onMember: (MemberId) -> Unit) {
    TopAppBar(
        title = {
            Column {
                Text(
                    conversation?.title ?: stringResource(R.string.room_direct_list),
                    Modifier.semantics { heading() },
                    style = MaterialTheme.typography.titleLarge,
                    maxLines = 1,
                    overflow = TextOverflow.Ellipsis,
                )
                if (conversation != null) {
                    val words = when {
                        conversation.away -> R.string.room_direct_bar_away
                        conversation.unverified -> R.string.room_direct_bar_unverified
                        else -> R.string.room_direct_bar
                    }
                    Text(
                        stringResource(words),
                        style = MaterialTheme.typography.labelMedium,
                        color = faint,
                        maxLines = 1,
                        overflow = TextOverflow.Ellipsis,
                    )
                }
            }
        },
        navigationIcon = { if (back != null) IconAction(R.drawable.ic_back, stringResource(R.string.back), back) },
        actions = {
            val with = conversation?.with
            if (with != null) {
                IconAction(R.drawable.ic_info, stringResource(R.string.room_member_open), { onMember(with) })
            }
        },
        expandedHeight = 68.dp,
    )
}
