// The room's screen: the conversation of everybody, direct ones over it or beside it, and what comes
// over both. Draws a RoomUi and calls RoomActions; decides nothing.

package app.dayfly.android.room

import androidx.activity.compose.BackHandler
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.foundation.layout.widthIn
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Scaffold
import androidx.compose.material3.SnackbarHost
import androidx.compose.material3.SnackbarHostState
import androidx.compose.material3.Text
import androidx.compose.material3.VerticalDivider
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import androidx.lifecycle.compose.LifecycleResumeEffect
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Sheet
import app.dayfly.android.ui.faint
import app.dayfly.core.proto.LinkTarget
import app.dayfly.core.proto.MemberId

/** What lies over the conversation. It goes with the screen, and is held nowhere else. */
private sealed interface Over {
    data class Menu(val row: MessageRow, val thread: MemberId?) : Over

    data class MoreEmoji(val row: MessageRow) : Over

    data class Details(val details: DetailsUi) : Over

    data class Link(val link: LinkTarget) : Over
}

/** The room. */
@Composable
internal fun RoomScreen(
    ui: RoomUi,
    actions: RoomActions,
    exits: RoomExits,
    snackbar: SnackbarHostState = remember { SnackbarHostState() },
) {
    val over = ui.over
    if (over != null) return RoomOver(over, actions::home)
    if (!ui.ready) return Box(Modifier.fillMaxSize())
    var shown by remember { mutableStateOf<Over?>(null) }
    BoxWithConstraints(Modifier.fillMaxSize()) {
        if (maxWidth >= WIDE) {
            Row {
                RoomPane(ui, false, actions, exits, snackbar, { shown = it }, Modifier.weight(3f))
                VerticalDivider(Modifier.fillMaxHeight())
                DirectPane(ui, true, actions, exits, null, { shown = it }, Modifier.weight(2f))
            }
        } else if (ui.listed) {
            BackHandler { if (ui.direct != null) actions.closeThread() else actions.listThreads(false) }
            DirectPane(ui, false, actions, exits, snackbar, { shown = it })
        } else {
            RoomPane(ui, true, actions, exits, snackbar, { shown = it })
        }
    }
    Above(shown, actions, exits) { shown = it }
    ui.look?.let { LookDialog(it, actions::lookAway) }
    ui.leaving?.let { LeavingDialog(it, actions, exits::members) }
}

@Composable
private fun RoomPane(
    ui: RoomUi,
    listButton: Boolean,
    actions: RoomActions,
    exits: RoomExits,
    snackbar: SnackbarHostState,
    show: (Over?) -> Unit,
    modifier: Modifier = Modifier,
) {
    Scaffold(
        modifier.imePadding(),
        topBar = { RoomBar(ui.bar, listButton, actions, exits) },
        snackbarHost = { SnackbarHost(snackbar, Modifier.padding(bottom = 64.dp)) },
        contentWindowInsets = WindowInsets.safeDrawing,
    ) { padding ->
        Column(Modifier.padding(padding)) {
            Banners(ui.banners, exits)
            if (ui.alone != null) {
                AloneRoom(ui.alone, exits, Modifier.weight(1f))
            } else {
                Conversation(ui.room, actions, exits, show, Modifier.weight(1f))
            }
            Writes(ui.room, actions)
        }
    }
}

@Composable
private fun DirectPane(
    ui: RoomUi,
    beside: Boolean,
    actions: RoomActions,
    exits: RoomExits,
    snackbar: SnackbarHostState?,
    show: (Over?) -> Unit,
    modifier: Modifier = Modifier,
) {
    val direct = ui.direct
    val back = when {
        direct != null -> actions::closeThread
        beside -> null
        else -> ({ actions.listThreads(false) })
    }
    if (beside && direct != null) BackHandler { actions.closeThread() }
    Scaffold(
        modifier.imePadding(),
        topBar = { DirectBar(direct, back, exits::member) },
        snackbarHost = { if (snackbar != null) SnackbarHost(snackbar, Modifier.padding(bottom = 64.dp)) },
        contentWindowInsets = WindowInsets.safeDrawing,
    ) { padding ->
        Column(Modifier.padding(padding)) {
            if (direct == null) {
                ThreadList(ui.threads, actions::openThread, Modifier.weight(1f))
            } else {
                Conversation(direct, actions, exits, show, Modifier.weight(1f))
                Writes(direct, actions)
            }
        }
    }
}

@Composable
private fun Conversation(
    conversation: ConversationUi,
    actions: RoomActions,
    exits: RoomExits,
    show: (Over?) -> Unit,
    modifier: Modifier,
) {
    val thread = conversation.with
    LifecycleResumeEffect(thread) {
        actions.showing(thread, true)
        onPauseOrDispose {
            actions.showing(thread, false)
            // Whoever turns away has looked.
            actions.lookAway()
        }
    }
    val calls = remember(thread, actions, exits) {
        RowCalls(
            menu = { show(Over.Menu(it, thread)) },
            act = { can, row -> act(can, row, thread, actions, exits, show) },
            details = { row -> actions.details(row.id)?.let { show(Over.Details(it)) } },
            link = { show(Over.Link(it)) },
            copy = actions::copy,
            jump = {},
            react = { row, emoji, on -> actions.react(row.id, emoji, on) },
        )
    }
    TimelineList(conversation, calls, { actions.seen(thread) }, modifier)
}

/** Does what was chosen; what is left to choose is shown. */
private fun act(
    can: Can,
    row: MessageRow,
    thread: MemberId?,
    actions: RoomActions,
    exits: RoomExits,
    show: (Over?) -> Unit,
) {
    show(null)
    when (can) {
        Can.VIEW -> actions.view(row.id)
        Can.COPY -> (row.body as? Body.Words)?.let { actions.copy(it.text) }
        Can.REPLY -> actions.reply(thread, row.id)
        Can.REACT -> show(Over.MoreEmoji(row))
        Can.EDIT -> actions.edit(thread, row.id)
        Can.UNSEND -> actions.unsend(row.id)
        Can.DIRECT -> actions.openThread(row.from)
        Can.REPORT -> exits.report(row.from, row.id)
    }
}

@Composable
private fun Above(shown: Over?, actions: RoomActions, exits: RoomExits, show: (Over?) -> Unit) {
    fun react(row: MessageRow, emoji: String) {
        show(null)
        actions.react(row.id, emoji, row.reactions.none { it.emoji == emoji && it.mine })
    }
    val close = { show(null) }
    when (shown) {
        null -> Unit
        is Over.Menu -> Sheet(close) {
            MessageSheet(
                shown.row,
                onReact = { react(shown.row, it) },
                onMoreEmoji = { show(Over.MoreEmoji(shown.row)) },
                onDo = { act(it, shown.row, shown.thread, actions, exits, show) },
                onDetails = { show(actions.details(shown.row.id)?.let(Over::Details)) },
            )
        }
        is Over.MoreEmoji -> Sheet(close) { EmojiSheet(shown.row) { react(shown.row, it) } }
        is Over.Details -> Sheet(close) { DetailsSheet(shown.details) }
        is Over.Link -> LinkDialog(
            shown.link,
            onOpen = {
                show(null)
                exits.open(shown.link.url)
            },
            onCopy = {
                show(null)
                actions.copy(shown.link.url)
            },
            onDismiss = close,
        )
    }
}

@Composable
private fun Writes(conversation: ConversationUi, actions: RoomActions) {
    Box(Modifier.fillMaxWidth(), contentAlignment = Alignment.Center) {
        Column(Modifier.widthIn(max = 760.dp)) {
            TypingLine(conversation.typing)
            Composer(conversation.composer, conversation.with, conversation.title, actions)
        }
    }
}

@Composable
private fun TypingLine(names: List<String>) {
    val words = when (names.size) {
        0 -> ""
        1 -> stringResource(R.string.room_typing_one, isolated(names[0]))
        2 -> stringResource(R.string.room_typing_two, isolated(names[0]), isolated(names[1]))
        else -> pluralStringResource(R.plurals.room_typing_many, names.size, names.size)
    }
    // The line keeps its place, so that the conversation does not jump as people type.
    Text(
        words,
        Modifier
            .heightIn(min = 20.dp)
            .padding(horizontal = Space.page)
            .semantics { if (names.isNotEmpty()) liveRegion = LiveRegionMode.Polite },
        style = MaterialTheme.typography.labelMedium,
        color = faint,
        maxLines = 1,
        overflow = TextOverflow.Ellipsis,
    )
}

private val WIDE = 840.dp
