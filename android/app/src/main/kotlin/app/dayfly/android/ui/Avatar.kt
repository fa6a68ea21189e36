package app.dayfly.android.ui

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.Path
import androidx.compose.ui.graphics.drawscope.DrawScope
import androidx.compose.ui.graphics.drawscope.rotate
import androidx.compose.ui.graphics.drawscope.scale
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.dp
import app.dayfly.android.theme.DayflyTheme
import java.security.MessageDigest

/**
 * The wings that a key's fingerprint draws: four on each side, each of one of four lengths and three
 * widths, filled or hollow, in one of eight colours.
 *
 * It helps to tell people in one room apart, also when two have one name. It proves nothing: with
 * patience somebody can make a key whose picture looks alike, and only comparing codes shows who is who.
 */
internal data class Wings(val colour: Int, val blades: List<Blade>) {
    /** One wing: its length and width in quarters and thirds, and whether it is hollow. */
    data class Blade(val length: Int, val width: Int, val hollow: Boolean)

    companion object {
        const val COLOURS = 8
        const val BLADES = 4

        /** The wings of [fingerprint]; the same for the same text always, on every device. */
        fun of(fingerprint: String): Wings {
            val bytes = MessageDigest.getInstance("SHA-256").digest(fingerprint.toByteArray()).map {
                it.toInt() and 0xff
            }
            return Wings(
                colour = bytes[0] % COLOURS,
                blades =
                (1..BLADES).map {
                    Blade(length = bytes[it] % 4, width = bytes[it] / 4 % 3, hollow = bytes[it] / 12 % 3 == 0)
                },
            )
        }
    }
}

/** A member's picture, drawn from [fingerprint]; silent for a screen reader, which is told the name. */
@Composable
internal fun Avatar(fingerprint: String, modifier: Modifier = Modifier, size: Dp = 40.dp) {
    val wings = remember(fingerprint) { Wings.of(fingerprint) }
    val (paper, ink) = DayflyTheme.more.people[wings.colour]
    Canvas(modifier.size(size).clip(CircleShape)) {
        drawRect(paper)
        scale(this.size.minDimension / 100f, Offset.Zero) { draw(wings, paper, ink) }
    }
}

private fun DrawScope.draw(wings: Wings, paper: Color, ink: Color) {
    for (mirrored in listOf(false, true)) {
        scale(if (mirrored) -1f else 1f, 1f, Offset(50f, 50f)) {
            wings.blades.forEachIndexed { at, blade ->
                rotate(-62f + at * 42f, Offset(50f, 50f)) { blade(blade, paper, ink) }
            }
        }
    }
    drawCircle(ink, 4.5f, Offset(50f, 50f))
}

/** One wing, lying to the right of the middle. */
private fun DrawScope.blade(blade: Wings.Blade, paper: Color, ink: Color) {
    val tip = 50f + 19f + blade.length * 7f
    val half = 4.5f + blade.width * 2.6f

    fun wing(inset: Float) = Path().apply {
        moveTo(54f + inset, 50f)
        cubicTo(60f + inset, 50f - half + inset / 2, tip - 10f, 50f - half + inset / 2, tip - inset, 50f)
        cubicTo(tip - 10f, 50f + half - inset / 2, 60f + inset, 50f + half - inset / 2, 54f + inset, 50f)
        close()
    }
    drawPath(wing(0f), ink)
    if (blade.hollow) drawPath(wing(4f), paper)
}
