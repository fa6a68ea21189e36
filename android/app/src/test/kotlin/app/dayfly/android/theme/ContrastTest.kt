package app.dayfly.android.theme

import androidx.compose.material3.ColorScheme
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.luminance
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** Every pair of colours that carries words is readable (WCAG AA), and every edge can be seen. */
@RunWith(RobolectricTestRunner::class)
class ContrastTest {
    @Test
    fun wordsStandOutInBothSchemes() {
        for ((name, scheme, more) in schemes) {
            val papers = papers(scheme)
            val inks = listOf(
                "onSurface" to scheme.onSurface,
                "onSurfaceVariant" to scheme.onSurfaceVariant,
                "primary" to scheme.primary,
                "secondary" to scheme.secondary,
                "tertiary" to scheme.tertiary,
                "error" to scheme.error,
                "good" to more.good,
                "caution" to more.caution,
            )
            for ((ink, colour) in inks) {
                for ((paper, behind) in papers) {
                    readable(
                        "$name: $ink on $paper",
                        colour,
                        behind,
                    )
                }
            }
            readable("$name: onPrimary", scheme.onPrimary, scheme.primary)
            readable("$name: onPrimaryContainer", scheme.onPrimaryContainer, scheme.primaryContainer)
            readable("$name: primary in its container", scheme.primary, scheme.primaryContainer)
            readable("$name: onSecondary", scheme.onSecondary, scheme.secondary)
            readable("$name: onSecondaryContainer", scheme.onSecondaryContainer, scheme.secondaryContainer)
            readable("$name: onTertiary", scheme.onTertiary, scheme.tertiary)
            readable("$name: onTertiaryContainer", scheme.onTertiaryContainer, scheme.tertiaryContainer)
            readable("$name: onError", scheme.onError, scheme.error)
            readable("$name: onErrorContainer", scheme.onErrorContainer, scheme.errorContainer)
            readable("$name: inverse", scheme.inverseOnSurface, scheme.inverseSurface)
            readable("$name: inversePrimary", scheme.inversePrimary, scheme.inverseSurface)
            readable("$name: onGoodContainer", more.onGoodContainer, more.goodContainer)
            readable("$name: onCautionContainer", more.onCautionContainer, more.cautionContainer)
            for (sky in listOf(more.skyTop, more.skyGlow)) {
                readable("$name: title on the sky", scheme.onSurface, sky)
                readable("$name: motto on the sky", scheme.onSurfaceVariant, sky)
            }
        }
    }

    @Test
    fun whatIsTouchedHasAnEdgeThatCanBeSeen() {
        for ((name, scheme, _) in schemes) {
            for ((paper, behind) in papers(scheme)) {
                val found = ratio(scheme.outline, behind)
                assertTrue("$name: outline on $paper has $found", found >= 3.0)
            }
        }
    }

    @Test
    fun picturesOfPeopleStandOut() {
        for ((name, _, more) in schemes) {
            more.people.forEachIndexed { at, (paper, ink) -> readable("$name: person $at", ink, paper) }
        }
    }

    private val schemes =
        listOf(Triple("dawn", DawnScheme, DawnMore), Triple("dusk", DuskScheme, DuskMore))

    private fun papers(scheme: ColorScheme) = listOf(
        "surface" to scheme.surface,
        "surfaceContainerLowest" to scheme.surfaceContainerLowest,
        "surfaceContainerLow" to scheme.surfaceContainerLow,
        "surfaceContainer" to scheme.surfaceContainer,
        "surfaceContainerHigh" to scheme.surfaceContainerHigh,
        "surfaceContainerHighest" to scheme.surfaceContainerHighest,
    )

    private fun readable(what: String, ink: Color, paper: Color) {
        val found = ratio(ink, paper)
        assertTrue("$what has $found to 1, where 4.5 is the least", found >= 4.5)
    }

    private fun ratio(one: Color, other: Color): Double {
        val (dark, light) = listOf(one.luminance(), other.luminance()).sorted()
        return (light + 0.05) / (dark + 0.05)
    }
}
