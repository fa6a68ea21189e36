// The words for what rows hold: lines, states, times, and how a screen reader says a message. Names of
// people are isolated, so that one written in another direction does not turn a sentence around.

package app.dayfly.android.room

import android.content.Context
import android.content.res.Resources
import android.text.format.DateFormat
import android.text.format.DateUtils
import app.dayfly.android.R
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.LeaveReason
import app.dayfly.core.proto.RoomOp
import java.time.LocalDate
import java.time.format.DateTimeFormatter
import java.time.format.FormatStyle
import java.util.Date

/** A name of somebody, set apart from the direction of the words around it. */
internal fun isolated(name: String): String = "\u2068$name\u2069"

/** The words of a [Line]. */
internal fun Resources.words(line: Line): String = when (line) {
    is Line.Joined -> getString(
        if (line.web) R.string.room_line_joined_web else R.string.room_line_joined,
        isolated(line.name),
    )
    is Line.Left -> left(line)
    is Line.Renamed -> getString(R.string.room_line_renamed, isolated(line.old), isolated(line.new))
    is Line.Silent -> getString(R.string.room_line_silent, isolated(line.name))
    is Line.Back -> getString(R.string.room_line_back, isolated(line.name))
    is Line.Asleep -> getString(R.string.room_line_asleep, isolated(line.name))
    is Line.Muted -> muted(line)
    is Line.Verified -> getString(R.string.room_line_verified, isolated(line.name))
    is Line.TrustLost -> getString(R.string.room_line_trust_lost, isolated(line.name))
    is Line.SameKey -> getString(R.string.room_line_same_key, isolated(line.name))
    is Line.SameName -> getString(R.string.room_line_same_name, isolated(line.name))
    is Line.Folded -> getQuantityString(R.plurals.room_line_folded, line.count, line.count, isolated(line.name))
    is Line.Owner -> owner(line)
    is Line.Notice -> line.sentence
    is Line.Ended -> getString(ended(line.why))
}

private fun Resources.left(line: Line.Left): String {
    val words = when (line.why) {
        LeaveReason.LEFT -> R.string.room_line_left
        LeaveReason.LOST -> R.string.room_line_lost
        LeaveReason.REMOVED -> R.string.room_line_removed
        LeaveReason.BLOCKED -> R.string.room_line_blocked
        LeaveReason.MISBEHAVED -> R.string.room_line_misbehaved
    }
    return listOfNotNull(getString(words, isolated(line.name)), line.detail).joinToString(" ")
}

private fun Resources.muted(line: Line.Muted): String {
    val name =
        line.name ?: return getString(if (line.on) R.string.room_line_muted_me else R.string.room_line_unmuted_me)
    return getString(if (line.on) R.string.room_line_muted else R.string.room_line_unmuted, isolated(name))
}

private fun Resources.owner(line: Line.Owner): String {
    val name = line.name?.let(::isolated)
    return when (line.op) {
        RoomOp.REMOVE -> getString(R.string.room_line_secret_changed)
        RoomOp.SLOW -> if (line.seconds == 0) {
            getString(R.string.room_line_slow_off)
        } else {
            getString(R.string.room_line_slow, duration(line.seconds))
        }
        RoomOp.EXPIRE -> if (line.seconds == 0) {
            getString(R.string.room_line_expire_off)
        } else {
            getString(R.string.room_line_expire, duration(line.seconds))
        }
        RoomOp.LOCK -> getString(if (line.on) R.string.room_line_locked else R.string.room_line_unlocked)
        RoomOp.RECEIPTS -> getString(if (line.on) R.string.room_line_receipts else R.string.room_line_receipts_off)
        RoomOp.HAND_OVER -> if (line.mine || name == null) {
            getString(R.string.room_line_owner_me)
        } else {
            getString(R.string.room_line_owner, name)
        }
        RoomOp.OWNER -> getString(if (line.on) R.string.room_line_owner_back else R.string.room_line_owner_away)
        RoomOp.FREEZE -> getString(R.string.room_banner_frozen)
        RoomOp.MUTE, RoomOp.CLOSE -> ""
    }
}

private fun ended(why: EndReason): Int = when (why) {
    EndReason.LEFT -> R.string.room_over_left
    EndReason.REMOVED -> R.string.room_over_removed
    EndReason.CLOSED -> R.string.room_over_closed
    EndReason.EMPTY -> R.string.room_over_empty
    EndReason.STOPPED -> R.string.room_over_stopped
}

/** A span of time in its largest whole unit. */
internal fun Resources.duration(seconds: Int): String = when {
    seconds >= HOUR && seconds % HOUR == 0 -> getQuantityString(R.plurals.room_hours, seconds / HOUR, seconds / HOUR)
    seconds >= MINUTE && seconds % MINUTE == 0 ->
        getQuantityString(R.plurals.room_minutes, seconds / MINUTE, seconds / MINUTE)
    else -> getQuantityString(R.plurals.room_seconds, seconds, seconds)
}

/** What is left of a span, roughly: nobody needs seconds of an hour. */
internal fun Resources.remaining(millis: Long): String {
    val seconds = ((millis + 999) / 1_000).coerceIn(0, Int.MAX_VALUE.toLong()).toInt()
    return when {
        seconds >= HOUR -> duration((seconds + HOUR / 2) / HOUR * HOUR)
        seconds > MINUTE -> duration((seconds + MINUTE - 1) / MINUTE * MINUTE)
        else -> duration(seconds)
    }
}

/** A time of day, as the person set the device. */
internal fun Context.time(at: Long): String = DateFormat.getTimeFormat(this).format(Date(at))

/** A day and a time of it. */
internal fun Context.moment(at: Long): String = DateUtils.formatDateTime(
    this,
    at,
    DateUtils.FORMAT_SHOW_DATE or DateUtils.FORMAT_SHOW_TIME or DateUtils.FORMAT_SHOW_WEEKDAY,
)

/** A day in words. */
internal fun Resources.day(row: DayRow): String = when (row.name) {
    DayName.TODAY -> getString(R.string.room_today)
    DayName.YESTERDAY -> getString(R.string.room_yesterday)
    DayName.DATE -> LocalDate.ofEpochDay(row.day).format(
        DateTimeFormatter.ofLocalizedDate(FormatStyle.FULL).withLocale(configuration.locales[0]),
    )
}

/** How far an own message got, in words. */
internal val Progress.words: Int
    get() = when (this) {
        Progress.WAITING -> R.string.room_progress_waiting
        Progress.SENT -> R.string.room_progress_sent
        Progress.SOME -> R.string.room_progress_some
        Progress.DELIVERED -> R.string.room_progress_delivered
        Progress.READ -> R.string.room_progress_read
        Progress.FAILED -> R.string.room_progress_failed
    }

/** Why there are no words. */
internal val Why.words: Int
    get() = when (this) {
        Why.UNSENT -> R.string.room_gone_unsent
        Why.VIEWED -> R.string.room_gone_viewed
        Why.EXPIRED -> R.string.room_gone_expired
        Why.GONE -> R.string.room_gone
    }

/** A message as a screen reader says it: whose, when, what, and what became of it. */
internal fun Context.spoken(row: MessageRow): String {
    val parts = ArrayList<String>()
    parts += if (row.mine) getString(R.string.room_you) else isolated(row.name)
    parts += time(row.sentAt)
    row.quote?.let { quote ->
        parts += if (quote.name == null) {
            getString(R.string.room_quote_gone)
        } else {
            getString(
                R.string.room_spoken_reply,
                if (quote.mine) getString(R.string.room_you) else isolated(quote.name),
            )
        }
    }
    parts += when (val body = row.body) {
        is Body.Words -> spokenText(body.blocks)
        is Body.ViewOnce -> getString(if (row.mine) R.string.room_once_mine else R.string.room_once_closed)
        is Body.Gone -> getString(body.why.words)
    }
    if (row.mentionsMe) parts += getString(R.string.room_spoken_mention)
    if (row.edited) parts += getString(R.string.room_edited)
    if (row.unconfirmed) {
        parts +=
            getString(if (row.history) R.string.room_history_unconfirmed else R.string.room_unconfirmed)
    }
    if (row.disputed) parts += getString(R.string.room_disputed)
    row.progress?.let { parts += getString(it.words) }
    return parts.joinToString(", ")
}

private const val MINUTE = 60
private const val HOUR = 3_600
