package app.dayfly.android.phone

import android.content.Context
import androidx.core.content.ContextCompat
import app.dayfly.android.session.Session
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.launch

/**
 * What living on a phone means for a room: the service runs while it does, the core is told when the app
 * goes behind others for longer than a glance, and the mark of a lost room stands meanwhile.
 */
internal class RoomKeeper(
    private val context: Context,
    private val scope: CoroutineScope,
    private val session: Session,
    private val inFront: StateFlow<Boolean>,
    private val lost: LostRoom,
) {
    /** Begins to watch. */
    fun start() {
        scope.launch { session.running.collect { lost.running(it) } }
        scope.launch {
            // From behind, the system refuses to start it; then it starts when the app is in front again.
            session.running.combine(inFront) { running, front -> running && front }
                .distinctUntilChanged()
                .filter { it }
                .collect { startService() }
        }
        scope.launch { session.running.collect { if (it) startService() } }
        scope.launch {
            inFront.collectLatest { front ->
                if (front) {
                    session.resumed()
                } else {
                    delay(GLANCE_MILLIS)
                    session.suspended()
                }
            }
        }
    }

    private fun startService() {
        try {
            ContextCompat.startForegroundService(context, RoomService.intent(context))
        } catch (_: IllegalStateException) {
            // ForegroundServiceStartNotAllowedException: the app is behind others.
        }
    }

    private companion object {
        /** How long one may look at something else before a native room closes its connections. */
        const val GLANCE_MILLIS = 30_000L
    }
}
