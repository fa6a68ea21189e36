package app.dayfly.android.phone

import android.app.PendingIntent
import android.app.Service
import android.content.Context
import android.content.Intent
import android.content.pm.ServiceInfo
import android.os.Build
import android.os.IBinder
import androidx.core.app.ServiceCompat
import app.dayfly.android.graph
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch

/**
 * Keeps the process alive while there is a room, and only then: without it the system would end the room
 * soon after the app goes behind others. It holds nothing of the room, which is the session's; it shows
 * the ongoing notification and takes its two actions.
 *
 * Its type is `specialUse`. `remoteMessaging` is for handing messages from one of a person's devices to
 * another, `dataSync` is ended after six hours, and a connection between people without a server, which
 * ends with the process that holds it, is in none of the other types. The manifest says so in words.
 */
internal class RoomService : Service() {
    private val scope = CoroutineScope(Dispatchers.Main.immediate + Job())
    private val phone: Phone
        get() = graph.phone

    override fun onCreate() {
        super.onCreate()
        show()
        scope.launch {
            phone.session.running.first { !it }
            ServiceCompat.stopForeground(this@RoomService, ServiceCompat.STOP_FOREGROUND_REMOVE)
            stopSelf()
        }
    }

    override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        when (intent?.action) {
            LEAVE -> phone.session.leave()
            WIPE -> phone.session.panic()
            else -> show()
        }
        // A room that died with the process cannot be brought back, so neither is this.
        return START_NOT_STICKY
    }

    override fun onDestroy() {
        scope.cancel()
        super.onDestroy()
    }

    override fun onBind(intent: Intent?): IBinder? = null

    private fun show() {
        val type = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) {
            ServiceInfo.FOREGROUND_SERVICE_TYPE_SPECIAL_USE
        } else {
            0
        }
        ServiceCompat.startForeground(
            this,
            RoomNotices.ROOM_ID,
            phone.notices.ongoing(pending(LEAVE), pending(WIPE)),
            type,
        )
    }

    private fun pending(action: String): PendingIntent =
        PendingIntent.getService(this, 0, intent(this).setAction(action), PendingIntent.FLAG_IMMUTABLE)

    companion object {
        /** Leaves the room. */
        const val LEAVE: String = "leave"

        /** Wipes everything at once. */
        const val WIPE: String = "wipe"

        /** Starts it. */
        fun intent(context: Context): Intent = Intent(context, RoomService::class.java)
    }
}
