package app.dayfly.android.ui

import android.view.MotionEvent
import android.widget.Toast
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.ui.ExperimentalComposeUiApi
import androidx.compose.ui.Modifier
import androidx.compose.ui.input.pointer.motionEventSpy
import androidx.compose.ui.platform.LocalContext
import app.dayfly.android.R

/** What [uncovered] gives: the modifier that watches, and what the tap does. */
internal class Uncovered(val modifier: Modifier, val onClick: () -> Unit)

/**
 * Takes a tap only where no other app's window lies over the place that is touched: somebody could show
 * something else there, so that a person presses what they do not see. It says why nothing happened. For
 * what begins, ends or cannot be taken back; elsewhere a screen dimmer must not lock anybody out.
 */
@OptIn(ExperimentalComposeUiApi::class)
@Composable
internal fun uncovered(onClick: () -> Unit): Uncovered {
    val context = LocalContext.current
    val tapped by rememberUpdatedState(onClick)
    return remember(context) {
        var covered = false
        Uncovered(Modifier.motionEventSpy { covered = it.isCovered() }) {
            if (covered) Toast.makeText(context, R.string.phone_covered, Toast.LENGTH_LONG).show() else tapped()
        }
    }
}

/** Whether another app's window lay over the place that was touched. */
internal fun MotionEvent.isCovered(): Boolean = flags and MotionEvent.FLAG_WINDOW_IS_OBSCURED != 0
