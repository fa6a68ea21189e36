package app.dayfly.android.phone

import android.content.ClipData
import android.content.ClipboardManager
import android.os.Build
import android.os.PersistableBundle
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import java.util.UUID

/**
 * What a person copies out of a room. It is marked as sensitive, so that keyboards and the system's own
 * preview do not show it, and taken away after a minute, or when the room ends, unless something else was
 * copied meanwhile. An app behind others may not see what the clipboard holds: there it waits until the
 * app is in front again, rather than throw away what somebody copied elsewhere. It copies nothing by
 * itself, and reads the clipboard only when a person asks to paste.
 */
internal class Clipboard(
    private val scope: CoroutineScope,
    private val manager: ClipboardManager,
    private val inFront: StateFlow<Boolean>,
) {
    private var mine: String? = null
    private var clearing: Job? = null

    /** Copies [text] because a person asked for it. */
    fun copy(text: String) {
        val mark = UUID.randomUUID().toString()
        val clip = ClipData.newPlainText(LABEL, text)
        clip.description.extras = PersistableBundle().apply {
            putBoolean(SENSITIVE, true)
            putString(MARK, mark)
        }
        manager.setPrimaryClip(clip)
        mine = mark
        clearing?.cancel()
        clearing = scope.launch {
            delay(KEPT_MILLIS)
            inFront.first { it }
            clear()
        }
    }

    /** What there is to paste, because a person asked for it. */
    fun paste(): String? = manager.primaryClip?.takeIf { it.itemCount > 0 }?.getItemAt(0)?.text?.toString()

    /** Takes away what was copied from here, unless something else has taken its place. */
    fun clear() {
        val mark = mine ?: return
        val there = manager.primaryClipDescription?.extras?.getString(MARK)
        if (there == mark) {
            if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) {
                manager.clearPrimaryClip()
            } else {
                manager.setPrimaryClip(ClipData.newPlainText("", ""))
            }
        }
        mine = null
        clearing?.cancel()
        clearing = null
    }

    private companion object {
        const val LABEL = "Dayfly"
        const val MARK = "app.dayfly.mark"
        const val KEPT_MILLIS = 60_000L

        /** `ClipDescription.EXTRA_IS_SENSITIVE`, which older systems have no constant for but many read. */
        const val SENSITIVE = "android.content.extra.IS_SENSITIVE"
    }
}
