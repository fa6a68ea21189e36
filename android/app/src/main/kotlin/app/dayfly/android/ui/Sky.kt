package app.dayfly.android.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxScope
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Brush
import app.dayfly.android.theme.DayflyTheme

/** The sky behind the first thing on a screen: it ends in the colour of the screen, without an edge. */
@Composable
internal fun Sky(modifier: Modifier = Modifier, content: @Composable BoxScope.() -> Unit) {
    val more = DayflyTheme.more
    val brush =
        Brush.verticalGradient(
            0f to more.skyTop,
            0.62f to more.skyGlow,
            1f to MaterialTheme.colorScheme.surface,
        )
    Box(modifier.fillMaxWidth().background(brush), contentAlignment = Alignment.Center, content = content)
}
