// What this device alone knows of a room: what is on the screen, what was seen, what is written.
// Pure data and pure changes to it; in memory only.

package app.dayfly.android.room

import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.Message
import app.dayfly.core.proto.MessageId
import app.dayfly.core.proto.NoticeCode

/** See the file. A thread is a member's id, or `null` for the room. */
data class Local(
    val enteredAt: Long,
    val lines: List<PlacedLine> = emptyList(),
    val looked: Set<MessageId> = emptySet(),
    val look: LookUi? = null,
    val leaving: LeavingUi? = null,
    val modes: Map<MemberId?, Writing> = emptyMap(),
    val direct: MemberId? = null,
    val listed: Boolean = false,
    val showing: Set<MemberId?> = emptySet(),
    /** Up to when what came was seen. */
    val seenAt: Map<MemberId?, Long> = emptyMap(),
    /** Where the line stands that says what is new. */
    val unreadFrom: Map<MemberId?, MessageId> = emptyMap(),
    /** Sentences that stand until somebody comes. */
    val notices: Set<NoticeCode> = emptySet(),
    /** Who ended the room. */
    val endedBy: String? = null,
) {
    fun writing(thread: MemberId?): Writing = modes[thread] ?: Writing()

    fun write(thread: MemberId?, change: Writing.() -> Writing): Local =
        copy(modes = modes + (thread to writing(thread).change()))

    /** Adds lines, the oldest beyond [MAX_LINES] forgotten. */
    fun happened(at: Long, thread: MemberId?, new: List<Line>): Local {
        if (new.isEmpty()) return this
        val last = lines.lastOrNull()
        if (last?.thread == thread &&
            new.singleOrNull()?.undoes(last?.line) == true
        ) {
            return copy(lines = lines.dropLast(1))
        }
        var number = lines.lastOrNull()?.number ?: 0
        return copy(lines = (lines + new.map { PlacedLine(++number, at, it, thread) }).takeLast(MAX_LINES))
    }

    /** A conversation came onto the screen: what is new is marked. */
    fun shown(thread: MemberId?, messages: List<Message>): Local {
        val first = messages.firstOrNull { isNews(thread, it) }?.id
        val marks = if (first == null) unreadFrom - thread else unreadFrom + (thread to first)
        return copy(showing = showing + thread, unreadFrom = marks)
    }

    fun hidden(thread: MemberId?): Local = copy(showing = showing - thread, unreadFrom = unreadFrom - thread)

    /** Everything down to the foot was seen; the mark stays where it is, so that it can be read from. */
    fun saw(thread: MemberId?, messages: List<Message>): Local {
        val newest = messages.maxOfOrNull { it.arrived } ?: return this
        return if (newest <= seen(thread)) this else copy(seenAt = seenAt + (thread to newest))
    }

    fun unread(thread: MemberId?, messages: List<Message>): Int = messages.count { isNews(thread, it) }

    /** What others said since this person came and looked; what was said before is no news. */
    private fun isNews(thread: MemberId?, message: Message): Boolean = !message.mine &&
        !message.unsent &&
        message.arrived > seen(thread) &&
        (!message.history || message.shownAt > enteredAt)

    /** What was said to all before this person looked was there when it came; what was said to it alone waits. */
    private fun seen(thread: MemberId?): Long = seenAt[thread] ?: if (thread == null) enteredAt else 0

    companion object {
        const val MAX_LINES = 500
    }
}

/** A short silence that is over is not worth two lines. */
private fun Line.undoes(before: Line?): Boolean = this is Line.Back &&
    (before == Line.Silent(name) || before == Line.Asleep(name))

/** What is being written in one conversation, beside the words. */
data class Writing(val reply: MessageId? = null, val edit: MessageId? = null, val once: Boolean = false)

/** The messages of one conversation. */
fun List<Message>.of(thread: MemberId?): List<Message> =
    if (thread == null) filter { !it.direct } else filter { it.direct && it.with == thread }
