package app.dayfly.android.ui

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import androidx.compose.ui.unit.sp
import app.dayfly.android.theme.CodeStyle
import app.dayfly.android.theme.Space
import kotlin.math.floor

// What people compare, read aloud or scan. Codes run from left to right in every language, since both
// sides must see the same order, and pictures stand with their names.

/** Digits or words to read aloud. [spoken] is how a screen reader says it, if not as it stands. */
@Composable
internal fun CodeText(
    code: String,
    modifier: Modifier = Modifier,
    spoken: String? = null,
    style: TextStyle = CodeStyle,
) {
    CompositionLocalProvider(LocalLayoutDirection provides LayoutDirection.Ltr) {
        Surface(
            modifier.fillMaxWidth(),
            shape = MaterialTheme.shapes.medium,
            color = MaterialTheme.colorScheme.surfaceContainerHigh,
        ) {
            Text(
                code,
                Modifier
                    .padding(horizontal = Space.large, vertical = Space.large)
                    .semantics { if (spoken != null) contentDescription = spoken },
                style = style.copy(fontFamily = CodeStyle.fontFamily),
                textAlign = TextAlign.Center,
            )
        }
    }
}

/** Pictures that two people compare, each with its name. */
@OptIn(ExperimentalLayoutApi::class)
@Composable
internal fun EmojiCode(emoji: List<Pair<String, String>>, modifier: Modifier = Modifier) {
    CompositionLocalProvider(LocalLayoutDirection provides LayoutDirection.Ltr) {
        FlowRow(
            modifier.fillMaxWidth(),
            horizontalArrangement = Arrangement.spacedBy(Space.small, Alignment.CenterHorizontally),
            verticalArrangement = Arrangement.spacedBy(Space.small),
        ) {
            for ((symbol, name) in emoji) {
                Surface(
                    shape = MaterialTheme.shapes.medium,
                    color = MaterialTheme.colorScheme.surfaceContainerHigh,
                ) {
                    Column(
                        Modifier
                            .widthIn(min = 88.dp)
                            .padding(horizontal = Space.small, vertical = Space.medium)
                            .semantics(mergeDescendants = true) { contentDescription = name },
                        horizontalAlignment = Alignment.CenterHorizontally,
                    ) {
                        Text(symbol, fontSize = 34.sp, lineHeight = 42.sp)
                        Text(name, style = MaterialTheme.typography.labelMedium, textAlign = TextAlign.Center)
                    }
                }
            }
        }
    }
}

/**
 * A QR code of [side] modules a row, given row by row with 1 for dark: always dark on white with a quiet
 * zone of four, since scanners want it so in the dark scheme too. [label] says what it is the code of.
 */
@Composable
internal fun QrCode(
    side: Int,
    modules: ByteArray,
    label: String,
    modifier: Modifier = Modifier,
    maxSize: Dp = 320.dp,
) {
    Canvas(
        modifier
            .widthIn(max = maxSize)
            .aspectRatio(1f)
            .clip(RoundedCornerShape(18.dp))
            .background(Color.White)
            .semantics { contentDescription = label },
    ) {
        // Whole pixels: a module that is blurred at its edges is harder to read.
        val module = floor(size.minDimension / (side + 2 * QUIET))
        val start = floor((size.minDimension - module * side) / 2)
        for (y in 0 until side) {
            for (x in 0 until side) {
                if (modules[y * side + x].toInt() == 1) {
                    drawRect(Color.Black, Offset(start + x * module, start + y * module), Size(module, module))
                }
            }
        }
    }
}

private const val QUIET = 4
