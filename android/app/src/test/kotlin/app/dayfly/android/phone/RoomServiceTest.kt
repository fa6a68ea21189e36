package app.dayfly.android.phone

import android.app.Application
import android.app.Notification
import android.os.Looper
import androidx.test.core.app.ApplicationProvider
import app.dayfly.DEADLINE
import app.dayfly.android.graph
import app.dayfly.android.session.Stage
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.proto.HistoryPolicy
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.android.controller.ServiceController
import java.io.File

/** What the phone is told while a room runs, with the real core on this machine alone. */
@RunWith(RobolectricTestRunner::class)
class RoomServiceTest {
    private val app: Application = ApplicationProvider.getApplicationContext()
    private val phone = app.graph.phone
    private val session = phone.session
    private var services = mutableListOf<ServiceController<RoomService>>()

    @Before
    fun onThisMachineAlone() {
        app.graph.settings.update {
            it.copy(trackers = listOf("ws://127.0.0.1:9"), lan = false, nostr = false, dht = false)
        }
    }

    @After
    fun wipe() {
        session.panic()
        eventually("no room") { !session.running.value }
    }

    @Test
    fun theServiceRunsExactlyAsLongAsTheRoom() {
        inFront {
            assertNull("nothing runs without a room", shadowOf(app).nextStartedService)
            open()
            val service = serviceStarted()
            val shown = shadowOf(service.get())
            assertEquals(RoomNotices.ROOM_ID, shown.lastForegroundNotificationId)
            session.leave()
            eventually("the service ends") { shown.isStoppedBySelf }
            assertTrue(shown.notificationShouldRemoved)
        }
    }

    @Test
    fun theOngoingNotificationSaysNothingAndHasTwoWaysOut() {
        inFront {
            open()
            val shown = shadowOf(serviceStarted().get()).lastForegroundNotification
            assertEquals(Notification.VISIBILITY_PRIVATE, shown.visibility)
            assertEquals(listOf("Leave", "Wipe now"), shown.actions.map { it.title.toString() })
            assertTrue(shown.flags and Notification.FLAG_ONGOING_EVENT != 0)
            assertFalse("Somebody" in shown.extras.toString())
            assertEquals(RoomService.WIPE, shadowOf(shown.actions[1].actionIntent).savedIntent.action)
        }
    }

    @Test
    fun itsActionsLeaveAndWipe() {
        for (action in listOf(RoomService.LEAVE, RoomService.WIPE)) {
            inFront {
                open()
                serviceStarted().withIntent(RoomService.intent(app).setAction(action)).startCommand(0, 2)
                eventually("no room after $action") { session.room.value == null && !session.running.value }
            }
        }
    }

    @Test
    fun fromBehindItIsStartedWhenTheAppIsInFrontAgain() {
        open()
        shadowOf(app).clearStartedServices()
        inFront { serviceStarted() }
    }

    @Test
    fun aLostRoomIsSaidOnceAndOnlyThen() {
        val flag = File(app.noBackupFilesDir, "room")
        assertFalse(flag.exists())
        open()
        assertTrue("a room runs", flag.exists())
        assertEquals("it says nothing of the room", 0L, flag.length())
        assertTrue(LostRoom(app.noBackupFilesDir).takeLost())
        assertFalse(LostRoom(app.noBackupFilesDir).takeLost())
        LostRoom(app.noBackupFilesDir).running(true)
        session.leave()
        eventually("no room, no flag") { !flag.exists() }
    }

    @Test
    fun nothingElseIsOnDisk() {
        open()
        val files = app.dataDir.walk().filter { it.isFile }.map { it.name }.toSet()
        assertEquals(setOf("room", "settings.json"), files - setOf("ime_settings.xml"))
    }

    private fun open() {
        session.open(NativeOptions(history = HistoryPolicy.Off)) { it.copy(local = true) }
        eventually("a room") {
            (session.coming.value?.stage as? Stage.Failed)?.let { error("no room: ${it.refusal}") }
            session.room.value
        }
        eventually("it runs") { session.running.value }
        idle()
    }

    private fun serviceStarted(): ServiceController<RoomService> {
        val intent = eventually("the service is started") { shadowOf(app).nextStartedService }
        assertEquals(RoomService::class.java.name, intent.component?.className)
        return Robolectric.buildService(RoomService::class.java, intent).create().startCommand(0, 1).also {
            services +=
                it
        }
    }

    private fun inFront(work: () -> Any?) {
        val activity: ActivityController<PlainActivity> = Robolectric.buildActivity(PlainActivity::class.java).setup()
        idle()
        try {
            work()
        } finally {
            activity.pause().stop().destroy()
            idle()
        }
    }
}

/** An activity with nothing in it. */
internal class PlainActivity : android.app.Activity()

/** Lets the main thread do what waits for it. */
internal fun idle() = shadowOf(Looper.getMainLooper()).idle()

/** What [find] finds, once it does; the main thread works meanwhile. */
internal fun <T> eventually(what: String, find: () -> T?): T {
    val deadline = System.nanoTime() + DEADLINE.toMillis() * 1_000_000
    while (true) {
        idle()
        val found = find()
        if (found != null && found != false) return found
        check(System.nanoTime() < deadline) { "still not: $what" }
        Thread.sleep(5)
    }
}
