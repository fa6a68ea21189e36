// A conversation from its foot upwards. It follows what is new only while its foot is on the screen;
// else it stands still and says how much came below.

package app.dayfly.android.room

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.LazyListState
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.ExtendedFloatingActionButton
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.SmallFloatingActionButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.SideEffect
import androidx.compose.runtime.State
import androidx.compose.runtime.derivedStateOf
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.platform.LocalResources
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Pict
import app.dayfly.android.ui.faint
import app.dayfly.core.proto.MessageId
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch

/** The rows of [conversation]; [onSeen] is called while its foot is on the screen. */
@Composable
internal fun TimelineList(
    conversation: ConversationUi,
    calls: RowCalls,
    onSeen: () -> Unit,
    modifier: Modifier = Modifier,
    list: LazyListState = rememberLazyListState(),
) {
    val rows = remember(conversation.rows) { conversation.rows.asReversed() }
    val scope = rememberCoroutineScope()
    var marked by remember { mutableStateOf<MessageId?>(null) }
    val foot = remember(list) {
        derivedStateOf { list.firstVisibleItemIndex == 0 && list.firstVisibleItemScrollOffset < FOOT }
    }
    val atFoot by foot
    Follow(list, rows, foot)
    LaunchedEffect(atFoot, rows.firstOrNull()?.key, conversation.showing, conversation.unread) {
        if (atFoot && conversation.showing) onSeen()
    }
    val around = remember(calls, rows) {
        RowCalls(calls.menu, calls.act, calls.details, calls.link, calls.copy, { id ->
            val index = rows.indexOfFirst { it.key == "message:$id" }
            if (index >= 0) {
                scope.launch {
                    list.animateScrollToItem(index, -JUMP_MARGIN)
                    marked = id
                    delay(MARKED)
                    marked = null
                }
            }
        }, calls.react)
    }
    Box(modifier.fillMaxSize()) {
        LazyColumn(
            Modifier.fillMaxSize().testTag("timeline"),
            state = list,
            reverseLayout = true,
            contentPadding = PaddingValues(vertical = Space.small),
            verticalArrangement = Arrangement.Bottom,
        ) {
            items(rows, key = { it.key }, contentType = { it::class }) { row ->
                Centred {
                    when (row) {
                        is MessageRow -> MessageBubble(row, conversation.with != null, marked == row.id, around)
                        is LineRow -> LineView(row.line)
                        is DayRow -> DayView(row)
                        is GapRow -> GapView(row)
                        is UnreadRow -> UnreadView()
                    }
                }
            }
        }
        Announcer(conversation)
        Below(conversation.unread, atFoot, Modifier.align(Alignment.BottomEnd)) {
            scope.launch { list.animateScrollToItem(0) }
        }
    }
}

/** Keeps the foot on the screen where it was, and begins at what is new. */
@Composable
private fun Follow(list: LazyListState, rows: List<Row>, atFoot: State<Boolean>) {
    val newest = rows.firstOrNull()
    val followed = remember(list) { Followed(newest?.key) }
    // Before the new row is laid out, so that where one was is still known.
    SideEffect {
        if (newest?.key != followed.key) {
            followed.key = newest?.key
            // What I say is shown to me wherever I was.
            if (atFoot.value || (newest as? MessageRow)?.mine == true) list.requestScrollToItem(0)
        }
    }
    val new = rows.indexOfFirst { it is UnreadRow }
    LaunchedEffect(new >= 0) {
        val visible = list.layoutInfo.visibleItemsInfo
        if (new >= 0 && visible.isNotEmpty() && visible.none { it.index == new }) {
            list.scrollToItem(new, -JUMP_MARGIN)
        }
    }
}

/** The row that was the newest when it was last looked. */
private class Followed(var key: String?)

/** Tells a screen reader what somebody just said; silent about what was there before. */
@Composable
private fun Announcer(conversation: ConversationUi) {
    val context = LocalContext.current
    val newest = conversation.rows.lastOrNull { it is MessageRow } as? MessageRow
    val first = remember(conversation.with) { newest?.key }
    val said = if (newest == null || newest.mine || newest.key == first) "" else context.spoken(newest)
    Box(
        Modifier.size(1.dp).semantics {
            liveRegion = LiveRegionMode.Polite
            contentDescription = said
        },
    )
}

@Composable
private fun Below(unread: Int, atFoot: Boolean, modifier: Modifier, onClick: () -> Unit) {
    if (atFoot) return
    val where = modifier.padding(Space.medium)
    if (unread > 0) {
        ExtendedFloatingActionButton(onClick, where) {
            Pict(R.drawable.ic_down, Modifier.size(20.dp))
            Text(
                pluralStringResource(R.plurals.room_new_messages, unread, unread),
                Modifier.padding(start = Space.small),
                style = MaterialTheme.typography.labelLarge,
            )
        }
    } else {
        val label = stringResource(R.string.room_to_newest)
        SmallFloatingActionButton(onClick, where.size(Space.touch).semantics { contentDescription = label }) {
            Pict(R.drawable.ic_down)
        }
    }
}

@Composable
private fun Centred(content: @Composable () -> Unit) {
    Box(Modifier.fillMaxWidth(), contentAlignment = Alignment.TopCenter) {
        Box(Modifier.widthIn(max = COLUMN)) { content() }
    }
}

@Composable
private fun DayView(row: DayRow) {
    Box(Modifier.fillMaxWidth().padding(top = Space.large, bottom = Space.small), contentAlignment = Alignment.Center) {
        Surface(shape = CircleShape, color = MaterialTheme.colorScheme.surfaceContainer) {
            Text(
                LocalResources.current.day(row),
                Modifier.padding(horizontal = Space.medium, vertical = Space.hair).semantics { heading() },
                style = MaterialTheme.typography.labelMedium,
                color = faint,
                textAlign = TextAlign.Center,
            )
        }
    }
}

@Composable
private fun LineView(line: Line) {
    val ink = if (line.warns) DayflyTheme.more.caution else faint
    Row(
        Modifier.fillMaxWidth().padding(horizontal = Space.huge, vertical = 6.dp),
        horizontalArrangement = Arrangement.Center,
    ) {
        if (line.warns) Pict(R.drawable.ic_warning, Modifier.padding(top = 1.dp, end = 6.dp).size(16.dp), tint = ink)
        Text(
            LocalResources.current.words(line),
            style = MaterialTheme.typography.bodySmall,
            color = ink,
            textAlign = TextAlign.Center,
        )
    }
}

@Composable
private fun GapView(row: GapRow) {
    Text(
        pluralStringResource(R.plurals.room_gap, row.count, row.count, isolated(row.name)),
        Modifier.fillMaxWidth().padding(horizontal = Space.huge, vertical = 6.dp),
        style = MaterialTheme.typography.bodySmall,
        color = DayflyTheme.more.caution,
        textAlign = TextAlign.Center,
    )
}

@Composable
private fun UnreadView() {
    val ink = MaterialTheme.colorScheme.secondary
    Row(
        Modifier.fillMaxWidth().padding(horizontal = Space.large, vertical = Space.small),
        horizontalArrangement = Arrangement.spacedBy(Space.small),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        HorizontalDivider(Modifier.weight(1f), color = ink)
        Text(
            stringResource(R.string.room_new),
            Modifier.semantics { heading() },
            style = MaterialTheme.typography.labelMedium,
            color = ink,
        )
        HorizontalDivider(Modifier.weight(1f), color = ink)
    }
}

/** So near to the foot counts as there, in pixels. */
private const val FOOT = 64

/** What is jumped to stands so far from the edge, in pixels. */
private const val JUMP_MARGIN = 200

/** How long what was jumped to is marked. */
private const val MARKED = 1_500L

private val COLUMN = 760.dp
