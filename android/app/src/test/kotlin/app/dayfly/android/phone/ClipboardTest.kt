package app.dayfly.android.phone

import android.app.Application
import android.content.ClipData
import android.content.ClipboardManager
import androidx.test.core.app.ApplicationProvider
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.runTest
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** What is copied out of a room, and when it is taken away again. */
@OptIn(ExperimentalCoroutinesApi::class)
@RunWith(RobolectricTestRunner::class)
class ClipboardTest {
    private val app: Application = ApplicationProvider.getApplicationContext()
    private val manager = app.getSystemService(ClipboardManager::class.java)
    private val front = MutableStateFlow(true)

    @Test
    fun whatIsCopiedIsMarkedAndGoneAfterAMinute() = runTest {
        val clipboard = clipboard()
        clipboard.copy("dayfly:SECRET")
        assertEquals("dayfly:SECRET", clipboard.paste())
        assertTrue(manager.primaryClipDescription!!.extras.getBoolean("android.content.extra.IS_SENSITIVE"))
        wait(59)
        assertEquals("dayfly:SECRET", clipboard.paste())
        wait(2)
        assertNull(clipboard.paste())
    }

    @Test
    fun whatSomebodyElseCopiedStays() = runTest {
        val clipboard = clipboard()
        clipboard.copy("dayfly:SECRET")
        manager.setPrimaryClip(ClipData.newPlainText("", "shopping"))
        wait(61)
        assertEquals("shopping", clipboard.paste())
        clipboard.clear()
        assertEquals("shopping", clipboard.paste())
    }

    @Test
    fun aSecondCopyStartsTheMinuteAnew() = runTest {
        val clipboard = clipboard()
        clipboard.copy("one")
        wait(50)
        clipboard.copy("two")
        wait(50)
        assertEquals("two", clipboard.paste())
        wait(11)
        assertNull(clipboard.paste())
    }

    @Test
    fun behindOthersItWaitsUntilItMayLook() = runTest {
        val clipboard = clipboard()
        clipboard.copy("dayfly:SECRET")
        front.value = false
        wait(120)
        assertEquals("dayfly:SECRET", clipboard.paste())
        front.value = true
        wait(1)
        assertNull(clipboard.paste())
    }

    @Test
    fun theEndOfTheRoomTakesItAwayAtOnce() = runTest {
        val clipboard = clipboard()
        clipboard.copy("dayfly:SECRET")
        clipboard.clear()
        assertNull(clipboard.paste())
    }

    private fun TestScope.clipboard() = Clipboard(backgroundScope, manager, front)

    private fun TestScope.wait(seconds: Long) {
        testScheduler.advanceTimeBy(seconds * 1_000)
        testScheduler.runCurrent()
    }
}
