package app.dayfly.android.theme

import androidx.compose.material3.Typography
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.LineBreak
import androidx.compose.ui.unit.sp

// The type scale. No font is shipped: titles are set in the system's serif, which every Android has
// and which gives them a voice of their own; everything one reads or taps is the system's sans.

private val serif = FontFamily.Serif
private val sans = FontFamily.Default

private fun title(size: Int, line: Int) = TextStyle(
    fontFamily = serif,
    fontWeight = FontWeight.Medium,
    fontSize = size.sp,
    lineHeight = line.sp,
    letterSpacing = (-0.2).sp,
    lineBreak = LineBreak.Heading,
)

private fun plain(
    size: Int,
    line: Int,
    weight: FontWeight = FontWeight.Normal,
    lineBreak: LineBreak = LineBreak.Simple,
) = TextStyle(
    fontFamily = sans,
    fontWeight = weight,
    fontSize = size.sp,
    lineHeight = line.sp,
    lineBreak = lineBreak,
)

internal val DayflyType =
    Typography(
        displayLarge = title(48, 54),
        displayMedium = title(40, 46),
        displaySmall = title(34, 40),
        headlineLarge = title(30, 36),
        headlineMedium = title(26, 32),
        headlineSmall = title(22, 28),
        titleLarge = title(20, 26),
        titleMedium = plain(16, 22, FontWeight.SemiBold),
        titleSmall = plain(14, 20, FontWeight.SemiBold),
        bodyLarge = plain(16, 24, lineBreak = LineBreak.Paragraph),
        bodyMedium = plain(14, 20, lineBreak = LineBreak.Paragraph),
        bodySmall = plain(13, 18, lineBreak = LineBreak.Paragraph),
        labelLarge = plain(15, 20, FontWeight.SemiBold),
        labelMedium = plain(13, 18, FontWeight.Medium),
        labelSmall = plain(12, 16, FontWeight.Medium),
    )

/** Codes that people compare or read aloud: every character as wide as the next. */
internal val CodeStyle =
    TextStyle(
        fontFamily = FontFamily.Monospace,
        fontWeight = FontWeight.Medium,
        fontSize = 24.sp,
        lineHeight = 32.sp,
        letterSpacing = 1.sp,
    )
