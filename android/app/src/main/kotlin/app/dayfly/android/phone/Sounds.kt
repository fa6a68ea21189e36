package app.dayfly.android.phone

import android.app.NotificationManager
import android.content.Context
import android.media.AudioAttributes
import android.media.AudioManager
import android.media.MediaPlayer
import androidx.annotation.RawRes
import app.dayfly.android.R
import app.dayfly.android.settings.Sound

/** Plays a sound, but never over a phone that its owner has silenced. One at a time. */
internal class Sounds(private val context: Context) {
    private val audio = context.getSystemService(AudioManager::class.java)
    private val notifications = context.getSystemService(NotificationManager::class.java)
    private val attributes =
        AudioAttributes.Builder()
            .setUsage(AudioAttributes.USAGE_NOTIFICATION_EVENT)
            .setContentType(AudioAttributes.CONTENT_TYPE_SONIFICATION)
            .build()
    private var playing: MediaPlayer? = null

    /** Whether a sound would be heard, and is wanted by how the phone is set. */
    val allowed: Boolean
        get() =
            audio.ringerMode == AudioManager.RINGER_MODE_NORMAL &&
                audio.getStreamVolume(AudioManager.STREAM_NOTIFICATION) > 0 &&
                notifications.currentInterruptionFilter == NotificationManager.INTERRUPTION_FILTER_ALL

    /** Plays [sound] if that is [allowed]; whether it was. */
    fun play(sound: Sound): Boolean {
        val file = file(sound) ?: return false
        if (!allowed) return false
        playing?.release()
        playing =
            MediaPlayer.create(context, file, attributes, audio.generateAudioSessionId())?.apply {
                setOnCompletionListener { done ->
                    done.release()
                    if (playing === done) playing = null
                }
                start()
            }
        return playing != null
    }

    /** `scripts/make-sounds` writes them. */
    @RawRes
    private fun file(sound: Sound): Int? = when (sound) {
        Sound.NONE -> null
        Sound.DROP -> R.raw.sound_drop
        Sound.WING -> R.raw.sound_wing
        Sound.BELL -> R.raw.sound_bell
    }
}
