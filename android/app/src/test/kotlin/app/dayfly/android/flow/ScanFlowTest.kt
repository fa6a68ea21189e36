package app.dayfly.android.flow

import android.app.Activity
import android.content.Intent
import android.graphics.Bitmap
import android.net.Uri
import androidx.compose.ui.test.hasTestTag
import androidx.test.core.app.ActivityScenario
import app.dayfly.Terminal
import app.dayfly.android.MainActivity
import app.dayfly.android.R
import app.dayfly.android.scan.code
import org.junit.Assert.assertFalse
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream

/** Into somebody else's room by a picture of its code, which the system's own picker gives. */
@RunWith(RobolectricTestRunner::class)
internal class ScanFlowTest : Flow() {
    @Test
    fun aCodeInAPictureLeadsIntoTheRoomOfATerminal() {
        Terminal("open", "--name", "Canary Bob", "--tracker", tracker.url).use { bob ->
            val link = bob.await("ready")["link"].asText()
            val activity = startAtHome()
            tap(R.string.home_scan)
            tap(R.string.scan_picture)
            choose(activity, code(link))
            see(R.string.join_native)
            tap(R.string.join_go)
            see(hasTestTag("composer"))
            bob.await("member_joined") { it["member"]["name"].asText() == MY_NAME }
            bob.send("cmd" to "say", "text" to "canary one")
            see(message("canary one"))
            say("canary two")
            bob.await("message") { it["text"].asText() == "canary two" }
            leave()
            bob.await("member_left") { it["reason"].asText() == "left" }
            assertFalse("canary" in everything())
        }
    }

    /** Answers the system's picker with [picture]. */
    private fun choose(scenario: ActivityScenario<MainActivity>, picture: Bitmap) {
        val bytes = ByteArrayOutputStream().also { picture.compress(Bitmap.CompressFormat.PNG, 100, it) }.toByteArray()
        val uri = Uri.parse("content://pictures/1")
        shadowOf(app.contentResolver).registerInputStreamSupplier(uri) { ByteArrayInputStream(bytes) }
        scenario.onActivity { activity ->
            val asked = shadowOf(activity).nextStartedActivityForResult
            shadowOf(activity).receiveResult(asked.intent, Activity.RESULT_OK, Intent().setData(uri))
        }
    }
}
