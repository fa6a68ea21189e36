package app.dayfly.android.flow

import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isToggleable
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextInput
import app.dayfly.Child
import app.dayfly.android.R
import org.junit.Assert.assertFalse
import org.junit.Assume.assumeTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.io.File

/** A page in a real browser comes into a room of this app, over a real tracker (interop/). */
@RunWith(RobolectricTestRunner::class)
internal class PageFlowTest : Flow() {
    @Test
    fun aPageJoinsTheBrowserRoomAndBothTalk() {
        val driver = File(System.getProperty("dayfly.page"))
        assumeTrue("the page's packages: npm ci in interop/", File(driver.parentFile, "node_modules").isDirectory)
        assumeTrue("Chromium", BROWSERS.any { File(it).canExecute() })
        Child("node", driver.path).use { page ->
            val origin = page.await("serving")["origin"].asText()
            startAtHome()
            openWebRoom(origin)
            val copy = words(R.string.invite_copy_of, "").trim()
            val link = copiedLink(
                hasContentDescription(copy, substring = true) and hasContentDescription("localhost", substring = true),
            )
            page.send("cmd" to "open", "url" to link, "name" to "Canary Paul", "trackers" to listOf(tracker.url))
            page.await("shown") { it["name"].asText() == MY_NAME }
            page.send("cmd" to "say", "text" to "canary from the page")
            see(message("canary from the page"))
            say("canary from the phone")
            page.await("message") { it["text"].asText() == "canary from the phone" }
            leave()
            assertFalse("canary" in everything())
        }
    }

    /** A browser room on the page's own site, chosen among the room's options. */
    private fun openWebRoom(site: String) {
        tap(R.string.room_web_options)
        val field = hasText(words(R.string.open_site_add)) and hasSetTextAction()
        see(field)
        rule.onNode(field).performScrollTo().performTextInput(site)
        tap(R.string.open_site_add_button)
        tap(hasText("chitchatter.im") and isToggleable() and hasClickAction())
        tap(R.string.room_web_open)
        see(hasTestTag("composer"))
    }

    private companion object {
        /** As interop/lib/browser.mjs. */
        val BROWSERS = listOfNotNull(
            System.getenv("CHROMIUM"),
            "/usr/bin/chromium",
            "/usr/bin/chromium-browser",
            "/usr/bin/google-chrome",
        )
    }
}
