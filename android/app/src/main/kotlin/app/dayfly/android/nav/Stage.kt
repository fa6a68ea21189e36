package app.dayfly.android.nav

import androidx.activity.compose.PredictiveBackHandler
import androidx.compose.animation.AnimatedContent
import androidx.compose.animation.ContentTransform
import androidx.compose.animation.EnterTransition
import androidx.compose.animation.ExitTransition
import androidx.compose.animation.core.SeekableTransitionState
import androidx.compose.animation.core.rememberTransition
import androidx.compose.animation.fadeIn
import androidx.compose.animation.fadeOut
import androidx.compose.animation.slideInVertically
import androidx.compose.animation.togetherWith
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.LocalSaveableStateRegistry
import androidx.lifecycle.viewmodel.compose.LocalViewModelStoreOwner
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.theme.Motion
import kotlinx.coroutines.CancellationException

/**
 * Draws the screen on top of [navigator]'s stack and moves from one to the next: the new one rises a little
 * out of the fade. A back gesture shows what is below as far as the finger went.
 */
@Composable
internal fun Stage(navigator: Navigator, screen: @Composable (Screen) -> Unit) {
    val stack by navigator.stack.collectAsState()
    val top = stack.last()
    val seen = remember { SeekableTransitionState(top) }
    val transition = rememberTransition(seen, label = "screens")
    val motion = DayflyTheme.motion

    PredictiveBackHandler(enabled = stack.size > 1) { progress ->
        try {
            val below = stack[stack.size - 2]
            progress.collect { if (!motion.still) seen.seekTo(it.progress, below) }
            navigator.back()
        } catch (stopped: CancellationException) {
            seen.snapTo(top)
            throw stopped
        }
    }
    LaunchedEffect(top) { if (motion.still) seen.snapTo(top) else seen.animateTo(top) }

    transition.AnimatedContent(transitionSpec = { change(motion) }, contentKey = { it.id }) { entry ->
        val registry = remember(entry.id) { entry.registry() }
        DisposableEffect(entry.id) { onDispose { entry.hold(registry) } }
        CompositionLocalProvider(
            LocalViewModelStoreOwner provides entry,
            LocalSaveableStateRegistry provides registry,
        ) {
            screen(entry.screen)
        }
    }
}

private fun change(motion: Motion): ContentTransform = if (motion.still) {
    EnterTransition.None togetherWith ExitTransition.None
} else {
    (fadeIn(motion.slow()) + slideInVertically(motion.slow()) { it / RISE }) togetherWith fadeOut(motion.quick())
}

/** The part of the screen's height that a new screen rises by. */
private const val RISE = 24
