package app.dayfly.android.phone

import android.content.Intent
import app.dayfly.android.session.Arrival

/**
 * Reads what another app hands over: a link that was tapped or a text that was shared. Any app can send
 * anything, so only two actions count, only text, and of that only as much as an invite may have. What it
 * means is not looked at here.
 */
internal object Incoming {
    private const val SCHEME = "dayfly"
    private const val WEB = "https"
    private const val PLAIN = "text/plain"

    /** The text in [intent], or nothing. It never throws, whatever is in there. */
    fun read(intent: Intent?): String? = try {
        when (intent?.action) {
            Intent.ACTION_VIEW -> link(intent)
            Intent.ACTION_SEND -> shared(intent)
            else -> null
        }
    } catch (_: RuntimeException) {
        // What another process packed may not unpack.
        null
    }?.takeIf { it.isNotBlank() && it.length <= Arrival.MAX_TEXT }

    private fun link(intent: Intent): String? {
        val uri = intent.data?.normalizeScheme() ?: return null
        return if (uri.scheme == SCHEME || uri.scheme == WEB) uri.toString() else null
    }

    private fun shared(intent: Intent): String? = if (intent.type?.substringBefore(';') ==
        PLAIN
    ) {
        intent.getCharSequenceExtra(Intent.EXTRA_TEXT)?.toString()
    } else {
        null
    }
}
