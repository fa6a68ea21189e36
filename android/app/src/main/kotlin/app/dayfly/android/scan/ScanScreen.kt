package app.dayfly.android.scan

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.requiredSize
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clipToBounds
import androidx.compose.ui.geometry.CornerRadius
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.geometry.RoundRect
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.PathFillType
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.graphics.drawscope.rotate
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.BusyLine
import app.dayfly.android.ui.EmptyState
import app.dayfly.android.ui.FootBar
import app.dayfly.android.ui.IconAction
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SecondaryButton
import kotlin.math.min

/** What one can do on the scanner's screen. */
internal interface ScanActions {
    fun onBack()

    fun onAllow()

    fun onSystemSettings()

    fun onTorch()

    fun onPicture()

    fun onPaste()

    fun onAgain()

    fun onNoted()
}

/**
 * The scanner: the camera's picture with a window to hold a code in, and the two ways that need no camera.
 * [preview] draws the camera's picture, or in a test what stands for it; [canPaste] is no where a code is
 * only ever on the other phone's screen.
 */
@Composable
internal fun ScanScreen(
    state: ScanState,
    actions: ScanActions,
    title: String,
    hint: String,
    canPaste: Boolean,
    preview: @Composable (Modifier) -> Unit,
) {
    ScreenScaffold(
        title = title,
        onBack = actions::onBack,
        actions = {
            if (state.view == ScanView.LOOKING && state.torch != null) {
                IconAction(
                    R.drawable.ic_torch,
                    stringResource(if (state.torch) R.string.scan_torch_off else R.string.scan_torch_on),
                    actions::onTorch,
                    tint = if (state.torch) MaterialTheme.colorScheme.primary else MaterialTheme.colorScheme.onSurface,
                )
            }
        },
        bottomBar = { Foot(actions, canPaste) },
    ) { padding ->
        Column(Modifier.fillMaxSize().padding(padding)) {
            BusyLine(state.busy)
            state.note?.let {
                Banner(
                    BannerKind.CAUTION,
                    stringResource(it.words()),
                    Modifier.padding(horizontal = Space.page, vertical = Space.small),
                    onClose = actions::onNoted,
                    closeLabel = stringResource(R.string.scan_note_close),
                )
            }
            Box(Modifier.weight(1f).fillMaxWidth(), contentAlignment = Alignment.Center) {
                when (state.view) {
                    ScanView.LOOKING -> Finder(state.aspect, hint, preview)
                    ScanView.ASKING -> Ask(
                        R.string.scan_ask_title,
                        R.string.scan_ask_text,
                        R.string.scan_ask_allow,
                        actions::onAllow,
                    )
                    ScanView.REFUSED -> Ask(
                        R.string.scan_refused_title,
                        R.string.scan_refused_text,
                        R.string.scan_ask_allow,
                        actions::onAllow,
                    )
                    ScanView.BLOCKED ->
                        Ask(
                            R.string.scan_refused_title,
                            R.string.scan_blocked_text,
                            R.string.scan_open_settings,
                            actions::onSystemSettings,
                        )
                    ScanView.FAILED -> Ask(
                        R.string.scan_failed_title,
                        R.string.scan_failed_text,
                        R.string.scan_again,
                        actions::onAgain,
                    )
                }
            }
        }
    }
}

@Composable
private fun Ask(title: Int, text: Int, action: Int, onAction: () -> Unit) {
    // With large text it is more than fits.
    Box(Modifier.verticalScroll(rememberScrollState())) {
        EmptyState(
            title = stringResource(title),
            text = stringResource(text),
            icon = R.drawable.ic_camera,
            action = stringResource(action),
            onAction = onAction,
        )
    }
}

@Composable
private fun Foot(actions: ScanActions, canPaste: Boolean) {
    FootBar {
        Column(verticalArrangement = Arrangement.spacedBy(Space.small)) {
            SecondaryButton(
                stringResource(R.string.scan_picture),
                actions::onPicture,
                Modifier.fillMaxWidth(),
                icon = R.drawable.ic_image,
            )
            if (canPaste) {
                SecondaryButton(
                    stringResource(R.string.scan_paste),
                    actions::onPaste,
                    Modifier.fillMaxWidth(),
                    icon = R.drawable.ic_paste,
                )
            }
        }
    }
}

/** The camera's picture, filling the place, and over it the window with the words of what to do. */
@Composable
private fun Finder(aspect: Float, hint: String, preview: @Composable (Modifier) -> Unit) {
    val label = stringResource(R.string.scan_finder)
    BoxWithConstraints(
        Modifier.fillMaxSize().clipToBounds().background(Color.Black).semantics { contentDescription = label },
        contentAlignment = Alignment.Center,
    ) {
        // On a phone held sideways the picture is turned, too.
        val shape = if (maxWidth > maxHeight) 1 / aspect else aspect
        val width = maxOf(maxWidth, maxHeight * shape)
        preview(Modifier.requiredSize(width, width / shape))
        Canvas(Modifier.fillMaxSize()) { window() }
        Surface(
            Modifier.align(Alignment.BottomCenter).padding(Space.large).widthIn(max = 420.dp),
            shape = MaterialTheme.shapes.medium,
            color = Color.Black.copy(alpha = 0.72f),
            contentColor = Color.White,
        ) {
            Text(
                hint,
                Modifier
                    .padding(horizontal = Space.large, vertical = Space.medium)
                    .semantics { liveRegion = LiveRegionMode.Polite },
                style = MaterialTheme.typography.bodyMedium,
                textAlign = TextAlign.Center,
            )
        }
    }
}

/** Everything but a square in the middle is dimmed; the square has four wings for corners. */
private fun DrawScope.window() {
    val side = min(size.width, size.height) * 0.68f
    val left = (size.width - side) / 2
    val top = (size.height - side) / 2 - size.height * 0.05f
    val round = 28.dp.toPx()
    val square = RoundRect(Rect(Offset(left, top), Size(side, side)), CornerRadius(round))
    val around = Path().apply {
        fillType = PathFillType.EvenOdd
        addRect(Rect(Offset.Zero, size))
        addRoundRect(square)
    }
    drawPath(around, Color.Black.copy(alpha = 0.5f))
    val stroke = Stroke(4.dp.toPx(), cap = StrokeCap.Round)
    val arm = side * 0.12f
    val corner = Path().apply {
        moveTo(left, top + round + arm)
        lineTo(left, top + round)
        quadraticTo(left, top, left + round, top)
        lineTo(left + round + arm, top)
    }
    for (turn in 0 until 4) {
        rotate(90f * turn, Offset(left + side / 2, top + side / 2)) { drawPath(corner, Color.White, style = stroke) }
    }
}

private fun ScanNote.words(): Int = when (this) {
    ScanNote.OTHER_CODE -> R.string.scan_note_other
    ScanNote.NO_CODE -> R.string.scan_note_none
    ScanNote.NO_PICTURE -> R.string.scan_note_picture
}
