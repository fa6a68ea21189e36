package app.dayfly.android.theme

import androidx.compose.material3.ColorScheme
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Immutable
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.graphics.Color

// Every colour of the app, and nothing about where one is used. A mayfly lives for one evening: the
// light scheme is dawn on paper, the dark one dusk over water, and both have one warm light, the lamp,
// that is kept for what is alive just now. Each pair that carries words is held to 4.5 : 1 by a test.

/** Dawn: deep water on warm paper. */
internal val DawnScheme: ColorScheme =
    lightColorScheme(
        primary = Color(0xFF0B5563),
        onPrimary = Color(0xFFFFFFFF),
        primaryContainer = Color(0xFFCBE7EC),
        onPrimaryContainer = Color(0xFF052F38),
        inversePrimary = Color(0xFF8CD1DD),
        secondary = Color(0xFF8A4714),
        onSecondary = Color(0xFFFFFFFF),
        secondaryContainer = Color(0xFFFFDFC6),
        onSecondaryContainer = Color(0xFF3A1B04),
        tertiary = Color(0xFF5A5F1E),
        onTertiary = Color(0xFFFFFFFF),
        tertiaryContainer = Color(0xFFE6EAB4),
        onTertiaryContainer = Color(0xFF1C1E00),
        error = Color(0xFFA8123A),
        onError = Color(0xFFFFFFFF),
        errorContainer = Color(0xFFFFDADF),
        onErrorContainer = Color(0xFF40000F),
        background = Color(0xFFFBF8F3),
        onBackground = Color(0xFF1B2225),
        surface = Color(0xFFFBF8F3),
        onSurface = Color(0xFF1B2225),
        surfaceVariant = Color(0xFFEBE4DA),
        onSurfaceVariant = Color(0xFF4C565A),
        surfaceTint = Color(0xFF0B5563),
        surfaceBright = Color(0xFFFBF8F3),
        surfaceDim = Color(0xFFE5DDD1),
        surfaceContainerLowest = Color(0xFFFFFFFF),
        surfaceContainerLow = Color(0xFFF6F1EA),
        surfaceContainer = Color(0xFFF1EBE2),
        surfaceContainerHigh = Color(0xFFEBE4DA),
        surfaceContainerHighest = Color(0xFFE5DDD1),
        outline = Color(0xFF70797C),
        outlineVariant = Color(0xFFD6CFC4),
        inverseSurface = Color(0xFF2E3639),
        inverseOnSurface = Color(0xFFF3F1EC),
        scrim = Color(0xFF000000),
    )

/** Dusk: pale water under a blue-black sky. */
internal val DuskScheme: ColorScheme =
    darkColorScheme(
        primary = Color(0xFF8CD1DD),
        onPrimary = Color(0xFF00363F),
        primaryContainer = Color(0xFF134650),
        onPrimaryContainer = Color(0xFFCBE7EC),
        inversePrimary = Color(0xFF0B5563),
        secondary = Color(0xFFFFB783),
        onSecondary = Color(0xFF4C2300),
        secondaryContainer = Color(0xFF5C340F),
        onSecondaryContainer = Color(0xFFFFDFC6),
        tertiary = Color(0xFFC9CE8A),
        onTertiary = Color(0xFF2F3300),
        tertiaryContainer = Color(0xFF43471A),
        onTertiaryContainer = Color(0xFFE6EAB4),
        error = Color(0xFFFFB2BC),
        onError = Color(0xFF660020),
        errorContainer = Color(0xFF7D1434),
        onErrorContainer = Color(0xFFFFDADF),
        background = Color(0xFF0F1619),
        onBackground = Color(0xFFE4E8E8),
        surface = Color(0xFF0F1619),
        onSurface = Color(0xFFE4E8E8),
        surfaceVariant = Color(0xFF232E32),
        onSurfaceVariant = Color(0xFFB6C1C4),
        surfaceTint = Color(0xFF8CD1DD),
        surfaceBright = Color(0xFF2D393D),
        surfaceDim = Color(0xFF0F1619),
        surfaceContainerLowest = Color(0xFF0A1012),
        surfaceContainerLow = Color(0xFF151E21),
        surfaceContainer = Color(0xFF1A2427),
        surfaceContainerHigh = Color(0xFF232E32),
        surfaceContainerHighest = Color(0xFF2D393D),
        outline = Color(0xFF879296),
        outlineVariant = Color(0xFF39464A),
        inverseSurface = Color(0xFFE4E8E8),
        inverseOnSurface = Color(0xFF263034),
        scrim = Color(0xFF000000),
    )

/** What Material has no role for: what was checked, what needs care, and the colours of people. */
@Immutable
internal data class MoreColors(
    /** Said of what was checked; readable on every surface. */
    val good: Color,
    val goodContainer: Color,
    val onGoodContainer: Color,
    /** Said of what is weaker than it might look; readable on every surface. */
    val caution: Color,
    val cautionContainer: Color,
    val onCautionContainer: Color,
    /** The two ends of the sky behind a large title. */
    val skyTop: Color,
    val skyGlow: Color,
    /** Backgrounds and inks of pictures of people, in pairs. */
    val people: List<Pair<Color, Color>>,
)

internal val DawnMore =
    MoreColors(
        good = Color(0xFF1E6B3A),
        goodContainer = Color(0xFFCFEFD5),
        onGoodContainer = Color(0xFF06270F),
        caution = Color(0xFF7A5200),
        cautionContainer = Color(0xFFFFE7B3),
        onCautionContainer = Color(0xFF2B1C00),
        skyTop = Color(0xFFD5E8EA),
        skyGlow = Color(0xFFFFE3CB),
        people = inkOnPastel,
    )

internal val DuskMore =
    MoreColors(
        good = Color(0xFF8FD69E),
        goodContainer = Color(0xFF14502A),
        onGoodContainer = Color(0xFFCFEFD5),
        caution = Color(0xFFF3C05A),
        cautionContainer = Color(0xFF574000),
        onCautionContainer = Color(0xFFFFE7B3),
        skyTop = Color(0xFF12333D),
        skyGlow = Color(0xFF4A2F1D),
        people = inkOnPastel.map { (pastel, ink) -> ink to pastel },
    )

private val inkOnPastel: List<Pair<Color, Color>>
    get() =
        listOf(
            Color(0xFFB7D9E0) to Color(0xFF0A3D47),
            Color(0xFFF4CFB0) to Color(0xFF4A2404),
            Color(0xFFDADFA0) to Color(0xFF2C3000),
            Color(0xFFF0C4CC) to Color(0xFF551022),
            Color(0xFFC5DBC0) to Color(0xFF143A1C),
            Color(0xFFD3D0EA) to Color(0xFF2A2757),
            Color(0xFFF3DE9E) to Color(0xFF3A2C00),
            Color(0xFFC4D3E8) to Color(0xFF14304F),
        )

internal val LocalMoreColors = staticCompositionLocalOf { DawnMore }
