package app.dayfly.android

import android.view.WindowManager.LayoutParams.FLAG_SECURE
import androidx.annotation.StringRes
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.junit4.v2.createAndroidComposeRule
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** The activity starts, asks for the terms once, and keeps what is secret out of screenshots. */
@RunWith(RobolectricTestRunner::class)
class MainActivityTest {
    @get:Rule
    val rule = createAndroidComposeRule<MainActivity>()

    private fun text(@StringRes id: Int) = rule.onNodeWithText(rule.activity.getString(id))

    private fun label(@StringRes id: Int) = rule.onNodeWithContentDescription(rule.activity.getString(id))

    private fun secret(): Boolean {
        rule.waitForIdle()
        return rule.activity.window.attributes.flags and FLAG_SECURE != 0
    }

    @Test
    fun theTermsComeFirstAndOnce() {
        text(R.string.welcome_accept).performClick()
        text(R.string.room_native_open).assertIsDisplayed()
        rule.activityRule.scenario.recreate()
        text(R.string.room_native_open).assertIsDisplayed()
        assertEquals(true, rule.activity.graph.settings.now.terms)
    }

    @Test
    fun whatIsSecretIsNotInScreenshotsAndTheRestIs() {
        assertEquals(false, secret())
        text(R.string.welcome_accept).performClick()
        label(R.string.home_settings).performClick()
        assertEquals(false, secret())
        text(R.string.identity_title).performScrollTo().performClick()
        assertEquals(true, secret())
        rule.activity.graph.settings.update { it.copy(screenshots = true) }
        assertEquals(false, secret())
        rule.activity.graph.settings.update { it.copy(screenshots = false) }
        label(R.string.back).performClick()
        assertEquals(false, secret())
    }

    @Test
    fun aScreenIsWhereItWasAfterRotation() {
        text(R.string.welcome_accept).performClick()
        label(R.string.room_native_options).performClick()
        assertEquals(true, secret())
        rule.activityRule.scenario.recreate()
        text(R.string.open_title).assertIsDisplayed()
    }
}
