package app.dayfly.android.home

import app.dayfly.android.testing.Shots
import app.dayfly.android.testing.silent
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.welcome.WelcomeScreen
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

@RunWith(RobolectricTestRunner::class)
class HomeShotsTest {
    @get:Rule
    val shots = Shots()

    @Test
    fun home() = shots.draw("home") { DayflyTheme { HomeScreen(HomeUi(), silent()) } }

    @Test
    fun lost() = shots.draw("home-lost") { DayflyTheme { HomeScreen(HomeUi(lost = true), silent()) } }

    @Test
    fun welcome() = shots.draw("welcome") { DayflyTheme { WelcomeScreen({}, {}) } }
}
