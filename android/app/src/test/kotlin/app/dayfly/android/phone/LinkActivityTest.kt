package app.dayfly.android.phone

import android.app.Application
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import androidx.test.core.app.ApplicationProvider
import app.dayfly.android.MainActivity
import app.dayfly.android.graph
import app.dayfly.android.settings.Settings
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf

/** The door for links: what comes in by it is taken once and left nowhere. */
@RunWith(RobolectricTestRunner::class)
class LinkActivityTest {
    private val app: Application = ApplicationProvider.getApplicationContext()
    private val arrivals = app.graph.phone.arrivals
    private val link = "dayfly:CANARYSECRET"

    @Test
    fun aLinkIsTakenIntoMemoryAndNoIntentHoldsItAnyMore() {
        val activity = Robolectric.buildActivity(LinkActivity::class.java, Intent(Intent.ACTION_VIEW, Uri.parse(link)))
            .create().get()
        assertTrue(activity.isFinishing)
        assertNull(activity.intent.data)
        val next = shadowOf(app).nextStartedActivity
        assertEquals(MainActivity::class.java.name, next.component?.className)
        assertFalse("CANARY" in next.toUri(0))
        assertNull(next.extras)
        assertTrue(arrivals.waiting.value)
        assertEquals(link, arrivals.take())
        assertNull("once", arrivals.take())
        assertFalse(arrivals.waiting.value)
    }

    @Test
    fun sharedTextComesInToo() {
        val intent = Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, "see $link")
        Robolectric.buildActivity(LinkActivity::class.java, intent).create()
        assertEquals("see $link", arrivals.take())
    }

    @Test
    fun madeAnewByTheSystemItTakesNothing() {
        Robolectric.buildActivity(
            LinkActivity::class.java,
            Intent(Intent.ACTION_VIEW, Uri.parse(link)),
        ).create(Bundle())
        assertNull(arrivals.take())
    }

    @Test
    fun theActivityWithTheScreensTakesNothingFromOutside() {
        app.graph.settings.update { it.copy(termsAccepted = Settings.TERMS) }
        val intent = Intent(Intent.ACTION_VIEW, Uri.parse(link), app, MainActivity::class.java)
        val controller = Robolectric.buildActivity(MainActivity::class.java, intent).setup()
        controller.newIntent(intent)
        idle()
        assertNull(arrivals.take())
        assertNull(app.graph.session.coming.value)
        val saved = Bundle()
        controller.saveInstanceState(saved)
        assertFalse("CANARY" in saved.toString())
    }
}
