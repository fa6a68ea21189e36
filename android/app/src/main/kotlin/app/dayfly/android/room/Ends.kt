// The two ends of a room: before anybody came, and after it was over.

package app.dayfly.android.room

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawingPadding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Mayfly
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.faint
import app.dayfly.core.proto.EndReason

/** Nobody else is here yet: how they get here. */
@Composable
internal fun AloneRoom(alone: Alone, exits: RoomExits, modifier: Modifier = Modifier) {
    Box(modifier.fillMaxSize(), contentAlignment = Alignment.Center) {
        Column(
            Modifier.verticalScroll(rememberScrollState()).widthIn(max = 400.dp).padding(Space.huge),
            horizontalAlignment = Alignment.CenterHorizontally,
            verticalArrangement = Arrangement.spacedBy(Space.medium),
        ) {
            Mayfly(Modifier.size(112.dp))
            Text(
                stringResource(alone.title),
                Modifier.semantics { heading() },
                style = MaterialTheme.typography.headlineSmall,
                textAlign = TextAlign.Center,
            )
            Text(
                stringResource(alone.text),
                style = MaterialTheme.typography.bodyMedium,
                color = faint,
                textAlign = TextAlign.Center,
            )
            if (alone == Alone.BARRED) return@Column
            PrimaryButton(stringResource(R.string.room_alone_invite), exits::invite, icon = R.drawable.ic_qr)
            Text(
                stringResource(R.string.room_alone_wait),
                style = MaterialTheme.typography.bodySmall,
                color = faint,
                textAlign = TextAlign.Center,
            )
        }
    }
}

private val Alone.title: Int
    get() = when (this) {
        Alone.OPENED -> R.string.room_alone_title
        Alone.WAITING -> R.string.room_alone_waiting
        Alone.BARRED -> R.string.room_alone_barred
    }

private val Alone.text: Int
    get() = when (this) {
        Alone.OPENED -> R.string.room_alone_text
        Alone.WAITING -> R.string.room_alone_waiting_text
        Alone.BARRED -> R.string.room_alone_barred_text
    }

/** The room is over: why, what is left of it, and what one can do. */
@Composable
internal fun RoomOver(over: OverUi, onHome: () -> Unit) {
    val (title, text) = words(over)
    Surface(Modifier.fillMaxSize(), color = MaterialTheme.colorScheme.surface) {
        Box(Modifier.safeDrawingPadding(), contentAlignment = Alignment.Center) {
            Column(
                Modifier.verticalScroll(rememberScrollState()).widthIn(max = 440.dp).padding(Space.huge),
                horizontalAlignment = Alignment.CenterHorizontally,
                verticalArrangement = Arrangement.spacedBy(Space.medium),
            ) {
                Mayfly(Modifier.size(112.dp))
                Text(
                    title,
                    Modifier.semantics { heading() },
                    style = MaterialTheme.typography.headlineMedium,
                    textAlign = TextAlign.Center,
                )
                Text(text, style = MaterialTheme.typography.bodyLarge, textAlign = TextAlign.Center)
                Text(
                    stringResource(R.string.room_over_wiped),
                    style = MaterialTheme.typography.bodyMedium,
                    color = faint,
                    textAlign = TextAlign.Center,
                )
                PrimaryButton(stringResource(R.string.room_over_home), onHome, Modifier.fillMaxWidth())
            }
        }
    }
}

@Composable
private fun words(over: OverUi): Pair<String, String> {
    val by = over.by?.let(::isolated)
    return when (over.why) {
        EndReason.REMOVED -> stringResource(R.string.room_over_removed) to if (by == null) {
            stringResource(R.string.room_over_removed_text)
        } else {
            stringResource(R.string.room_over_removed_by, by)
        }
        EndReason.CLOSED -> stringResource(R.string.room_over_closed) to if (by == null) {
            stringResource(R.string.room_over_closed_text)
        } else {
            stringResource(R.string.room_over_closed_by, by)
        }
        EndReason.EMPTY -> stringResource(R.string.room_over_empty) to stringResource(R.string.room_over_empty_text)
        EndReason.STOPPED -> stringResource(R.string.room_over_stopped) to
            stringResource(R.string.room_over_stopped_text)
        EndReason.LEFT -> stringResource(R.string.room_over_left) to stringResource(R.string.room_over_left_text)
    }
}
