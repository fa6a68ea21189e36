package app.dayfly.android.theme

import androidx.compose.animation.core.CubicBezierEasing
import androidx.compose.animation.core.Easing
import androidx.compose.animation.core.FiniteAnimationSpec
import androidx.compose.animation.core.snap
import androidx.compose.animation.core.tween
import androidx.compose.runtime.staticCompositionLocalOf

/**
 * How long things take and how they slow down. Things come with a short rise and go by fading, as light
 * does. Where the person asked the system for less movement nothing moves: it is there, or it is not.
 */
internal class Motion(val still: Boolean) {
    /** A state that changes under the finger. */
    fun <T> quick(): FiniteAnimationSpec<T> = spec(QUICK)

    /** Something that comes or goes within a screen. */
    fun <T> gentle(): FiniteAnimationSpec<T> = spec(GENTLE)

    /** One screen after another. */
    fun <T> slow(): FiniteAnimationSpec<T> = spec(SLOW)

    private fun <T> spec(millis: Int): FiniteAnimationSpec<T> = if (still) snap() else tween(millis, easing = Settle)

    companion object {
        const val QUICK = 120
        const val GENTLE = 220
        const val SLOW = 340

        /** Waiting shows itself only after this long: what is quicker would only flicker. */
        const val LATE = 100L

        val Settle: Easing = CubicBezierEasing(0.2f, 0f, 0f, 1f)
    }
}

internal val LocalMotion = staticCompositionLocalOf { Motion(still = false) }
