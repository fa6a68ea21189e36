package app.dayfly.android.flow

import android.Manifest
import android.content.pm.PackageManager
import android.net.ConnectivityManager
import android.net.Network
import android.os.Bundle
import android.os.Parcel
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.hasText
import app.dayfly.Terminal
import app.dayfly.android.DayflyApp
import app.dayfly.android.Graph
import app.dayfly.android.MainActivity
import app.dayfly.android.R
import app.dayfly.android.home.HomeModel
import app.dayfly.android.phone.eventually
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertSame
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowNetwork

/** What a phone does to an app in a room: it is turned, its process ends, there is no network. */
@RunWith(RobolectricTestRunner::class)
internal class LifeFlowTest : Flow() {
    @Test
    fun aTurnedPhoneStillHasTheConversationAndTheDraft() {
        val activity = startAtHome()
        openRoom()
        Terminal("join", copiedLink(), "--name", "Bob").use { bob ->
            say("canary one")
            bob.await("message") { it["text"].asText() == "canary one" }
            write("a draft")
            val room = session.room.value
            for (qualifiers in listOf("+land", "+port-night")) {
                RuntimeEnvironment.setQualifiers(qualifiers)
                activity.recreate()
                see(message("canary one"))
                see(hasTestTag("composer") and hasText("a draft"))
                assertSame(room, session.room.value)
            }
            tap(R.string.room_send)
            bob.await("message") { it["text"].asText() == "a draft" }
        }
    }

    @Test
    fun aProcessThatEndsTakesTheRoomAlongAndThatIsSaidOnce() {
        val before = Robolectric.buildActivity(MainActivity::class.java).setup()
        tap(R.string.welcome_accept)
        openRoom()
        val link = copiedLink()
        say("canary one")
        write("canary draft")
        val saved = Bundle()
        before.pause().stop().saveInstanceState(saved)
        assertSaysNothing(saved, listOf("canary", MY_NAME, link, link.takeLast(SECRET_PART)))

        val gone = endProcess()
        try {
            before.destroy()
            val after = Robolectric.buildActivity(MainActivity::class.java).setup(saved)
            see(R.string.home_lost_title)
            assertNull(session.room.value)
            assertFalse("canary" in everything())
            tap(R.string.close)
            waitFor("it was said") { !isThere(hasText(words(R.string.home_lost_title))) }
            after.recreate()
            see(R.string.home_no_list)
            assertFalse(isThere(hasText(words(R.string.home_lost_title))))
            after.pause().stop().destroy()

            endProcess()
            Robolectric.buildActivity(MainActivity::class.java).setup().use {
                see(R.string.home_no_list)
                assertFalse("said once", isThere(hasText(words(R.string.home_lost_title))))
            }
        } finally {
            gone.session.panic()
            eventually("the room of the process that ended is wiped") { !gone.session.running.value }
        }
    }

    /**
     * What was in memory is gone: the app begins with another graph, as in another process. The graph that
     * was is given, for its room runs on here, where it cannot be killed.
     */
    private fun endProcess(): Graph {
        val gone = graph
        DayflyApp::class.java.getDeclaredField("graph\$delegate").apply { isAccessible = true }
            .set(app, lazy { Graph(app) })
        HomeModel::class.java.getDeclaredField("told").apply { isAccessible = true }.set(null, false)
        app.onCreate()
        return gone
    }

    /** Looks through what the system would write down of [saved]. */
    private fun assertSaysNothing(saved: Bundle, words: List<String>) {
        assertTrue("what is there would be found", holds(Bundle(saved).apply { putString("x", "planted") }, "planted"))
        for (word in words) assertFalse("saved: $word", holds(saved, word))
    }

    private fun holds(bundle: Bundle, word: String): Boolean {
        val parcel = Parcel.obtain()
        parcel.writeBundle(bundle)
        val bytes = parcel.marshall()
        parcel.recycle()
        return listOf(Charsets.UTF_8, Charsets.UTF_16LE, Charsets.UTF_16BE).any { charset ->
            String(bytes, Charsets.ISO_8859_1).contains(String(word.toByteArray(charset), Charsets.ISO_8859_1))
        }
    }

    @Test
    fun withoutANetworkItIsSaidInTheRoomAndWhereTheNetworkIsExplained() {
        tracker.close()
        startAtHome()
        openRoom()
        see(R.string.room_banner_unreached)
        val status = checkNotNull(session.room.value).state.value.rendezvous.single()
        tap(R.string.room_network_see)
        see(R.string.network_none)
        see(hasText(checkNotNull(status.detail) { "the core said nothing" }, substring = true))
        val manager = app.getSystemService(ConnectivityManager::class.java)
        val network: Network = ShadowNetwork.newInstance(1)
        shadowOf(manager).networkCallbacks.forEach { it.onLost(network) }
        see(R.string.network_offline)
    }

    @Test
    fun whoRefusesNotificationsIsAskedOnceAndTalksAllTheSame() {
        shadowOf(app).denyPermissions(Manifest.permission.POST_NOTIFICATIONS)
        val activity = startAtHome()
        tap(R.string.room_native_open)
        tap(R.string.phone_ask_yes)
        activity.onActivity {
            val asked = shadowOf(it).lastRequestedPermission
            @Suppress("DEPRECATION")
            it.onRequestPermissionsResult(
                asked.requestCode,
                asked.requestedPermissions,
                intArrayOf(PackageManager.PERMISSION_DENIED),
            )
        }
        Terminal("join", copiedLink(), "--name", "Bob").use { bob ->
            say("canary one")
            bob.await("message") { it["text"].asText() == "canary one" }
            activity.recreate()
            see(message("canary one"))
            assertFalse("asked once", isThere(hasText(words(R.string.phone_ask_title))))
        }
    }

    private companion object {
        /** As much of a link's end as nobody has by chance. */
        const val SECRET_PART = 20
    }
}
