package app.dayfly.android.phone

import android.app.Application
import android.app.NotificationManager
import android.media.AudioManager
import androidx.test.core.app.ApplicationProvider
import app.dayfly.android.R
import app.dayfly.android.settings.Sound
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf

/** The sounds: there, short, and never over a phone that was silenced. */
@RunWith(RobolectricTestRunner::class)
class SoundsTest {
    private val app: Application = ApplicationProvider.getApplicationContext()
    private val audio = app.getSystemService(AudioManager::class.java)
    private val notifications = app.getSystemService(NotificationManager::class.java)
    private val sounds = Sounds(app)

    @Test
    fun aSilentPhoneStaysSilent() {
        audio.ringerMode = AudioManager.RINGER_MODE_NORMAL
        audio.setStreamVolume(AudioManager.STREAM_NOTIFICATION, 3, 0)
        assertTrue(sounds.allowed)
        assertFalse("none is none", sounds.play(Sound.NONE))
        for (mode in listOf(AudioManager.RINGER_MODE_SILENT, AudioManager.RINGER_MODE_VIBRATE)) {
            audio.ringerMode = mode
            assertFalse(sounds.play(Sound.BELL))
        }
        audio.ringerMode = AudioManager.RINGER_MODE_NORMAL
        audio.setStreamVolume(AudioManager.STREAM_NOTIFICATION, 0, 0)
        assertFalse(sounds.play(Sound.BELL))
        audio.setStreamVolume(AudioManager.STREAM_NOTIFICATION, 3, 0)
        shadowOf(notifications).setNotificationPolicyAccessGranted(true)
        notifications.setInterruptionFilter(NotificationManager.INTERRUPTION_FILTER_NONE)
        assertFalse(sounds.play(Sound.BELL))
    }

    @Test
    fun theFilesAreShort() {
        for (file in listOf(R.raw.sound_drop, R.raw.sound_wing, R.raw.sound_bell)) {
            val bytes = app.resources.openRawResource(file).use { it.readBytes() }
            assertEquals("RIFF", bytes.decodeToString(0, 4))
            assertTrue("less than a second", bytes.size < 2 * 16_000)
        }
    }
}
