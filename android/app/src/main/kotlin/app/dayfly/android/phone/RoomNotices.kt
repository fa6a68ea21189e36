package app.dayfly.android.phone

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import androidx.core.app.NotificationCompat
import androidx.core.app.NotificationManagerCompat
import app.dayfly.Room
import app.dayfly.android.R
import app.dayfly.android.settings.Notices
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.Message
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch

/**
 * The two notifications: that a room runs, and that something new was said while nobody looked. It owns
 * the channels, what is shown where, and when it goes away. It refuses to show more than the settings say,
 * and shows nothing but the fact on a locked screen.
 *
 * [home] opens the app. [shows] is asked anew for each message.
 */
internal class RoomNotices(
    private val context: Context,
    private val inFront: StateFlow<Boolean>,
    private val roomShown: StateFlow<Boolean>,
    private val home: () -> Intent,
    private val shows: () -> Notices,
    private val sound: () -> Unit,
) {
    private val manager = NotificationManagerCompat.from(context)
    private val unseen = ArrayDeque<Message>()
    private var count = 0

    /** Makes the channels, under the names of the present language. */
    fun start() {
        val system = context.getSystemService(NotificationManager::class.java)
        system.createNotificationChannel(
            NotificationChannel(
                ROOM,
                context.getString(R.string.phone_channel_room),
                NotificationManager.IMPORTANCE_LOW,
            ).apply {
                description = context.getString(R.string.phone_channel_room_about)
                setShowBadge(false)
                lockscreenVisibility = Notification.VISIBILITY_PRIVATE
            },
        )
        system.createNotificationChannel(
            NotificationChannel(
                MESSAGES,
                context.getString(R.string.phone_channel_messages),
                NotificationManager.IMPORTANCE_DEFAULT,
            )
                .apply {
                    description = context.getString(R.string.phone_channel_messages_about)
                    // The sound is the app's own, chosen in its settings.
                    setSound(null, null)
                    enableVibration(true)
                    lockscreenVisibility = Notification.VISIBILITY_PRIVATE
                },
        )
    }

    /** Listens to whatever room there is, until [scope] ends. */
    fun follow(scope: CoroutineScope, room: StateFlow<Room?>) {
        scope.launch {
            room.collectLatest { now ->
                clear()
                now?.events?.collect { heard(it) }
            }
        }
        scope.launch {
            inFront.collectLatest { if (it) clear() }
        }
        scope.launch {
            room.collectLatest { now -> now?.state?.map { it.ended != null }?.collect { if (it) clear() } }
        }
    }

    /** The ongoing notification of a running room. It names nobody and says nothing of what is said. */
    fun ongoing(leave: PendingIntent, wipe: PendingIntent): Notification = NotificationCompat.Builder(context, ROOM)
        .setSmallIcon(R.drawable.ic_notice)
        .setContentTitle(context.getString(R.string.phone_ongoing_title))
        .setContentText(context.getString(R.string.phone_ongoing_text))
        .setContentIntent(opening())
        .setOngoing(true)
        .setSilent(true)
        .setShowWhen(false)
        .setCategory(NotificationCompat.CATEGORY_SERVICE)
        .setVisibility(NotificationCompat.VISIBILITY_PRIVATE)
        .setForegroundServiceBehavior(NotificationCompat.FOREGROUND_SERVICE_IMMEDIATE)
        .addAction(0, context.getString(R.string.phone_action_leave), leave)
        .addAction(0, context.getString(R.string.phone_action_wipe), wipe)
        .build()

    private fun heard(event: Event) {
        when (event) {
            is Event.Message -> if (!event.message.mine && !event.message.history) said(event.message)
            is Event.Folded -> said(null, event.count.toInt())
            else -> Unit
        }
    }

    private fun said(message: Message?, many: Int = 1) {
        if (inFront.value && roomShown.value) return
        sound()
        if (inFront.value) return
        message?.let { unseen.addLast(it) }
        while (unseen.size > KEPT) unseen.removeFirst()
        count += many
        if (shows() != Notices.NONE) post()
    }

    private fun post() {
        val said = NoticeText.of(shows(), unseen.toList(), count, words)
        val hidden = builder(context.resources.getQuantityString(R.plurals.phone_new_messages, count, count)).build()
        val notice = builder(said.title)
            .setVisibility(NotificationCompat.VISIBILITY_PRIVATE)
            .setPublicVersion(hidden)
        if (said.lines.isNotEmpty()) {
            val style = NotificationCompat.InboxStyle()
            said.lines.forEach { style.addLine(it) }
            notice.setContentText(said.lines.last()).setStyle(style)
        }
        try {
            manager.notify(MESSAGES_ID, notice.build())
        } catch (_: SecurityException) {
            // Notifications were refused; the room goes on without.
        }
    }

    private fun builder(title: String) = NotificationCompat.Builder(context, MESSAGES)
        .setSmallIcon(R.drawable.ic_notice)
        .setContentTitle(title)
        .setContentIntent(opening())
        .setAutoCancel(true)
        .setLocalOnly(true)
        .setCategory(NotificationCompat.CATEGORY_MESSAGE)

    private fun clear() {
        unseen.clear()
        count = 0
        manager.cancel(MESSAGES_ID)
    }

    private fun opening(): PendingIntent =
        PendingIntent.getActivity(context, 0, home(), PendingIntent.FLAG_IMMUTABLE or PendingIntent.FLAG_UPDATE_CURRENT)

    private val words = object : NoticeText.Words {
        override fun some(count: Int) = context.resources.getQuantityString(R.plurals.phone_new_messages, count, count)

        override fun wrote(name: String) = context.getString(R.string.phone_wrote, name)

        override fun said(name: String, text: String) = context.getString(R.string.phone_said, name, text)
    }

    companion object {
        /** The channel of the ongoing notification. */
        const val ROOM: String = "room"

        /** The channel of new messages. */
        const val MESSAGES: String = "messages"

        /** The ongoing notification. */
        const val ROOM_ID: Int = 1

        /** The one of new messages. */
        const val MESSAGES_ID: Int = 2

        private const val KEPT = 5
    }
}
