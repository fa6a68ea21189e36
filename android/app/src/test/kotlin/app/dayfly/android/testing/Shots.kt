package app.dayfly.android.testing

import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.provider.Settings
import android.view.View
import android.view.WindowManager
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.compose.runtime.Composable
import androidx.compose.ui.node.RootForTest
import androidx.compose.ui.platform.ViewRootForTest
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.junit4.ComposeTestRule
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.test.core.app.ActivityScenario
import androidx.test.core.app.ApplicationProvider
import org.junit.rules.TestRule
import org.junit.runner.Description
import org.junit.runners.model.Statement
import org.robolectric.RuntimeEnvironment
import java.util.Locale
import java.util.TimeZone

/**
 * Draws a screen from a fixture in every [Variant], compares it with the picture kept in
 * `src/test/shots/NAME-VARIANT.png`, and checks that everybody can read and touch it ([faults]).
 *
 * ```
 * @RunWith(RobolectricTestRunner::class)
 * class HomeShotsTest {
 *     @get:Rule
 *     val shots = Shots()
 *
 *     @Test
 *     fun home() = shots.draw("home") { DayflyTheme { HomeScreen(state, actions) } }
 *
 *     @Test
 *     fun menu() = shots.draw("home-menu", act = { onNodeWithContentDescription("More").performClick() }) { … }
 * }
 * ```
 *
 * `scripts/android shots HomeShots` writes the pictures; **look at them** before they are committed.
 * `scripts/android test HomeShots` compares. A picture that differs is left in `android/build/shots`,
 * with what was expected to its left and the difference to its right.
 *
 * Every variant is drawn before the test fails. Clocks are UTC, animations stand still; what else
 * depends on the moment is the fixture's to fix.
 */
class Shots : TestRule {
    private val rule = createEmptyComposeRule()

    override fun apply(base: Statement, description: Description): Statement = rule.apply(base, description)

    /** Draws [content] in [variants]; [act] is done on each before it is drawn: a menu opened, say. */
    fun draw(
        name: String,
        variants: List<Variant> = Variant.entries,
        act: ComposeTestRule.() -> Unit = {},
        content: @Composable () -> Unit,
    ) {
        val wrong = variants.flatMap { variant ->
            one(name, variant, act, content).map { "$name-${variant.word}: $it" }
        }
        if (wrong.isNotEmpty()) throw AssertionError(wrong.joinToString("\n"))
    }

    private fun one(
        name: String,
        variant: Variant,
        act: ComposeTestRule.() -> Unit,
        content: @Composable () -> Unit,
    ): List<String> {
        val zone = TimeZone.getDefault()
        val language = Locale.getDefault()
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"))
        RuntimeEnvironment.setQualifiers(variant.qualifiers)
        RuntimeEnvironment.setFontScale(variant.fontScale)
        val resolver = ApplicationProvider.getApplicationContext<android.app.Application>().contentResolver
        Settings.Global.putFloat(resolver, Settings.Global.ANIMATOR_DURATION_SCALE, 0f)
        try {
            ActivityScenario.launch(ComponentActivity::class.java).use { scenario ->
                scenario.onActivity { it.setContent { content() } }
                rule.waitForIdle()
                rule.act()
                rule.waitForIdle()
                lateinit var drawn: Bitmap
                scenario.onActivity { drawn = picture(it.window.decorView) }
                return listOfNotNull(Picture.of(drawn).compare("$name-${variant.word}")) + faults(rule, drawn)
            }
        } finally {
            RuntimeEnvironment.setFontScale(1f)
            TimeZone.setDefault(zone)
            Locale.setDefault(language)
        }
    }

    /** The activity's window and those above it (dialogs, sheets, menus), as the screen shows them. */
    private fun picture(window: View): Bitmap {
        val bitmap = Bitmap.createBitmap(window.width, window.height, Bitmap.Config.ARGB_8888)
        val canvas = Canvas(bitmap)
        val roots = rule.onAllNodes(isRoot()).fetchSemanticsNodes().mapNotNull { view(it.root)?.rootView }
        for (root in (listOf(window) + roots).distinct()) {
            val parameters = root.layoutParams as? WindowManager.LayoutParams
            if (parameters != null && root !== window && parameters.flags and DIMS != 0) {
                canvas.drawColor(Color.argb((parameters.dimAmount * 255).toInt(), 0, 0, 0))
            }
            val at = IntArray(2).also(root::getLocationOnScreen)
            canvas.save()
            canvas.translate(at[0].toFloat(), at[1].toFloat())
            root.draw(canvas)
            canvas.restore()
        }
        return bitmap
    }

    private fun view(root: RootForTest?): View? = (root as? ViewRootForTest)?.view

    private companion object {
        const val DIMS = WindowManager.LayoutParams.FLAG_DIM_BEHIND
    }
}

/** The ways in which a screen is drawn. [word] stands in the picture's name. */
enum class Variant(val word: String, val qualifiers: String, val fontScale: Float = 1f) {
    LIGHT("light", "en-rGB-ldltr-w360dp-h720dp-notnight-mdpi"),
    DARK("dark", "en-rGB-ldltr-w360dp-h720dp-night-mdpi"),

    /** Arabic, from right to left. */
    RTL("rtl", "ar-ldrtl-w360dp-h720dp-notnight-mdpi"),

    /** Text at 200 %. */
    LARGE("large", "en-rGB-ldltr-w360dp-h720dp-notnight-mdpi", 2f),
}
