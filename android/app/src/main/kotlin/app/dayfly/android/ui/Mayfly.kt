package app.dayfly.android.ui

import androidx.compose.foundation.Canvas
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.graphics.drawscope.scale
import androidx.compose.ui.graphics.drawscope.translate

// The mayfly: four thin wings with veins, a body, two long tails, and the light it flies round. Drawn
// rather than shipped as a picture, so that it takes the colours of the scheme. It means nothing and is
// silent for a screen reader.

/** The mayfly before its light. */
@Composable
internal fun Mayfly(
    modifier: Modifier = Modifier,
    ink: Color = MaterialTheme.colorScheme.primary,
    light: Color = MaterialTheme.colorScheme.secondaryContainer,
) {
    Canvas(modifier) {
        val side = size.minDimension
        translate((size.width - side) / 2, (size.height - side) / 2) {
            scale(side / 100f, side / 100f, Offset.Zero) {
                drawCircle(light, radius = 34f, center = Offset(50f, 44f))
                wings(ink)
                body(ink)
            }
        }
    }
}

private fun DrawScope.wings(ink: Color) {
    for (mirrored in listOf(false, true)) {
        scale(if (mirrored) -1f else 1f, 1f, Offset(50f, 0f)) {
            val upper =
                Path().apply {
                    moveTo(50f, 40f)
                    cubicTo(58f, 22f, 76f, 10f, 95f, 14f)
                    cubicTo(94f, 34f, 76f, 48f, 50f, 47f)
                    close()
                }
            val lower =
                Path().apply {
                    moveTo(50f, 47f)
                    cubicTo(60f, 49f, 72f, 53f, 76f, 61f)
                    cubicTo(68f, 66f, 56f, 60f, 50f, 51f)
                    close()
                }
            drawPath(upper, ink.copy(alpha = 0.16f))
            drawPath(lower, ink.copy(alpha = 0.16f))
            drawPath(upper, ink, style = Stroke(1.6f, cap = StrokeCap.Round))
            drawPath(lower, ink, style = Stroke(1.6f, cap = StrokeCap.Round))
            for ((from, to) in veins) drawLine(ink.copy(alpha = 0.55f), from, to, 0.9f, StrokeCap.Round)
        }
    }
}

private val veins =
    listOf(
        Offset(52f, 43f) to Offset(88f, 18f),
        Offset(53f, 44.5f) to Offset(84f, 29f),
        Offset(54f, 45.5f) to Offset(72f, 40.5f),
        Offset(53f, 49f) to Offset(69f, 58f),
    )

private fun DrawScope.body(ink: Color) {
    val body =
        Path().apply {
            moveTo(50f, 33f)
            cubicTo(53.4f, 36f, 53.4f, 44f, 52f, 52f)
            lineTo(50f, 70f)
            lineTo(48f, 52f)
            cubicTo(46.6f, 44f, 46.6f, 36f, 50f, 33f)
            close()
        }
    drawPath(body, ink)
    drawCircle(ink, 2.9f, Offset(50f, 32f))
    for (side in listOf(-1f, 1f)) {
        val tail =
            Path().apply {
                moveTo(50f, 69f)
                quadraticTo(50f + side * 3f, 84f, 50f + side * 11f, 96f)
            }
        drawPath(tail, ink, style = Stroke(1.4f, cap = StrokeCap.Round))
        val feeler =
            Path().apply {
                moveTo(50f, 31f)
                quadraticTo(50f + side * 2f, 25f, 50f + side * 6f, 21f)
            }
        drawPath(feeler, ink, style = Stroke(1.2f, cap = StrokeCap.Round))
    }
}
