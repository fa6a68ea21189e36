package app.dayfly.android.open

import androidx.compose.ui.test.hasScrollAction
import androidx.compose.ui.test.junit4.ComposeTestRule
import androidx.compose.ui.test.performTouchInput
import androidx.compose.ui.test.swipeUp
import app.dayfly.android.testing.Shots
import app.dayfly.android.testing.Variant
import app.dayfly.android.testing.silent
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.core.engine.Route
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

@RunWith(RobolectricTestRunner::class)
class OpenShotsTest {
    @get:Rule
    val shots = Shots()

    private fun ComposeTestRule.down() = onAllNodes(hasScrollAction())[0].performTouchInput {
        swipeUp(durationMillis = 80)
    }

    @Test
    fun native() = shots.draw("open-native") { DayflyTheme { NativeScreen(NativeUi(), silent()) } }

    @Test
    fun nativeBelow() = shots.draw("open-native-below", act = { repeat(3) { down() } }) {
        DayflyTheme { NativeScreen(NativeUi(route = Route.RELAY_ONLY, expire = Expire.HOUR), silent()) }
    }

    @Test
    fun web() = shots.draw("open-web") { DayflyTheme { WebScreen(WebUi(), silent()) } }

    @Test
    fun webBelow() = shots.draw("open-web-below", listOf(Variant.DARK, Variant.LARGE), act = { repeat(3) { down() } }) {
        DayflyTheme {
            WebScreen(
                WebUi(
                    named = true,
                    name = "Kitchen table",
                    private = true,
                    password = "word",
                    sites = listOf(WebUi.USUAL_SITE, "https://chat.example.org"),
                    draft = "chat",
                    draftProblem = "This is not the address of a web site.",
                ),
                silent(),
            )
        }
    }
}
