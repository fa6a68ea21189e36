package app.dayfly.android.theme

import android.os.Build
import android.provider.Settings.Global
import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.material3.ColorScheme
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.dynamicDarkColorScheme
import androidx.compose.material3.dynamicLightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.ReadOnlyComposable
import androidx.compose.runtime.remember
import androidx.compose.ui.platform.LocalContext

/** Which of the two schemes is drawn. */
enum class Appearance { SYSTEM, LIGHT, DARK }

/** What the app's own screens ask of the theme beyond Material's roles. */
internal object DayflyTheme {
    val more: MoreColors
        @Composable @ReadOnlyComposable
        get() = LocalMoreColors.current

    val motion: Motion
        @Composable @ReadOnlyComposable
        get() = LocalMotion.current
}

/**
 * The theme of every screen. [dynamic] takes the system's colours instead of ours where the system has
 * any (Android 12); what means something, as *verified* does, keeps its colour then too.
 */
@Composable
internal fun DayflyTheme(
    appearance: Appearance = Appearance.SYSTEM,
    dynamic: Boolean = false,
    content: @Composable () -> Unit,
) {
    val dark = isDark(appearance)
    val context = LocalContext.current
    val motion =
        remember(context) {
            Motion(still = Global.getFloat(context.contentResolver, Global.ANIMATOR_DURATION_SCALE, 1f) == 0f)
        }
    MaterialTheme(
        colorScheme = scheme(dark, dynamic),
        typography = DayflyType,
        shapes = DayflyShapes,
    ) {
        CompositionLocalProvider(
            LocalMoreColors provides if (dark) DuskMore else DawnMore,
            LocalMotion provides motion,
            LocalContentColor provides MaterialTheme.colorScheme.onSurface,
            content = content,
        )
    }
}

/** Whether [appearance] is the dark scheme just now. */
@Composable
@ReadOnlyComposable
internal fun isDark(appearance: Appearance): Boolean = when (appearance) {
    Appearance.SYSTEM -> isSystemInDarkTheme()
    Appearance.LIGHT -> false
    Appearance.DARK -> true
}

@Composable
private fun scheme(dark: Boolean, dynamic: Boolean): ColorScheme {
    val context = LocalContext.current
    return when {
        dynamic && hasDynamicColour && dark -> dynamicDarkColorScheme(context)
        dynamic && hasDynamicColour -> dynamicLightColorScheme(context)
        dark -> DuskScheme
        else -> DawnScheme
    }
}

/** Whether the system has colours to give. */
internal val hasDynamicColour: Boolean
    get() = Build.VERSION.SDK_INT >= Build.VERSION_CODES.S
