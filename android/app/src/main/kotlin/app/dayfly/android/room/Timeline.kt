// From messages and happenings to rows: grouping, days, gaps, what is new. Pure: time, zone and
// what a text reads like come in as arguments.

package app.dayfly.android.room

import app.dayfly.core.proto.Block
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MemberKind
import app.dayfly.core.proto.Message
import app.dayfly.core.proto.MessageId
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId

/** A line and when it came, so that it finds its place among messages. */
data class PlacedLine(
    val number: Long,
    val at: Long,
    val line: Line,
    /** The direct thread it belongs to; `null` is the room. */
    val thread: MemberId? = null,
)

/** Everything of a room that a row depends on, beside its message. */
class Surroundings(
    val me: Member,
    val members: List<Member>,
    val native: Boolean,
    val vanishing: Boolean,
    /** What this person has looked at once. */
    val looked: Set<MessageId>,
    val progress: (Message) -> Progress?,
    val markup: (text: String, names: List<String>) -> List<Block>,
    val now: Long,
    val zone: ZoneId,
) {
    private val byId = (members + me).associateBy { it.id }

    /** Whom an `@` can mean. */
    val names: List<String> = (members + me).map { it.name }

    fun member(id: MemberId): Member? = byId[id]

    fun nameOf(id: MemberId): String? = byId[id]?.name
}

/**
 * The rows of one conversation, oldest first.
 *
 * @param messages of this conversation, oldest first
 * @param lines of this conversation, oldest first
 * @param unreadFrom the first message under the line that says what is new
 */
fun timeline(
    messages: List<Message>,
    lines: List<PlacedLine>,
    around: Surroundings,
    unreadFrom: MessageId? = null,
): List<Row> {
    val rows = ArrayList<Row>(messages.size + lines.size + 8)
    val byId = HashMap<MessageId, Message>(messages.size * 2).apply { messages.forEach { put(it.id, it) } }
    val today = day(around.now, around.zone)
    var day: LocalDate? = null
    var next = 0

    fun dayOf(at: Long) {
        val here = day(at, around.zone)
        // Clocks differ, so a later row may be of an earlier day; a day is named once, in order.
        if (day?.let { here > it } != false) {
            day = here
            rows += DayRow(here.toEpochDay(), nameOf(here, today))
        }
    }

    fun linesUntil(at: Long) {
        while (next < lines.size && lines[next].at <= at) {
            val placed = lines[next++]
            dayOf(placed.at)
            rows += LineRow("line:${placed.number}", placed.line)
        }
    }

    messages.forEach { message ->
        if (!message.history) linesUntil(message.arrived - 1)
        dayOf(message.shownAt)
        if (message.id == unreadFrom) rows += UnreadRow
        if (message.missing > 0u) rows += GapRow(message.id, message.name, message.missing.toInt())
        val row = row(message, byId, around)
        val before = rows.lastOrNull() as? MessageRow
        rows += if (before != null && groups(before, row)) row.copy(first = false) else row
    }
    linesUntil(Long.MAX_VALUE)
    for (index in 0 until rows.lastIndex) {
        val row = rows[index] as? MessageRow ?: continue
        val after = rows[index + 1] as? MessageRow ?: continue
        if (!after.first && minute(row) == minute(after)) rows[index] = row.copy(last = false)
    }
    return rows
}

/** When a message came here. */
val Message.arrived: Long get() = at.toLong()

/** The time shown at a message: its author's, which the core has kept near its arrival. */
val Message.shownAt: Long get() = sentAt.toLong()

/** How many characters of a message are quoted in the answer to it. */
const val EXCERPT = 120

private fun row(message: Message, byId: Map<MessageId, Message>, around: Surroundings): MessageRow {
    val author = around.member(message.from)
    val body = when {
        message.unsent -> Body.Gone(why(message, around))
        message.viewOnce -> Body.ViewOnce
        else -> Body.Words(message.text, around.markup(message.text, around.names))
    }
    return MessageRow(
        id = message.id,
        from = message.from,
        name = author?.name ?: message.name,
        hint = author?.takeIf { it.sameName || it.sameKey }?.fingerprint?.substringBefore('-'),
        fingerprint = author?.fingerprint?.takeUnless { message.history && !message.confirmed },
        mine = message.mine,
        sentAt = message.shownAt,
        at = message.arrived,
        first = true,
        last = true,
        body = body,
        quote = message.replyTo?.let { quote(it, byId[it], around) },
        reactions = message.reactions.map { reaction ->
            ReactionUi(
                emoji = reaction.emoji,
                count = reaction.by.size,
                mine = around.me.id in reaction.by,
                names = reaction.by.filter { it != around.me.id }.mapNotNull(around::nameOf),
            )
        },
        edited = message.edited && !message.unsent,
        history = message.history,
        unconfirmed = !message.confirmed && !message.mine,
        disputed = message.disputed,
        expiresAt = message.expiresAt?.toLong()?.takeUnless { message.unsent },
        progress = if (message.mine && !message.unsent) around.progress(message) else null,
        mentionsMe = message.mentionsMe,
        can = can(message, author, body, around),
    )
}

private fun why(message: Message, around: Surroundings): Why {
    val end = message.expiresAt?.toLong()
    return when {
        message.id in around.looked -> Why.VIEWED
        end != null && end <= around.now + CLOCK_SLACK -> Why.EXPIRED
        message.viewOnce || around.vanishing -> Why.GONE
        else -> Why.UNSENT
    }
}

private fun quote(id: MessageId, answered: Message?, around: Surroundings): Quote = Quote(
    id = id,
    name = answered?.let { around.nameOf(it.from) ?: it.name },
    mine = answered?.mine == true,
    excerpt = answered?.takeUnless { it.unsent || it.viewOnce }?.text?.let(::excerpt),
)

/** The beginning of a text on one line. */
fun excerpt(text: String): String {
    val line = text.take(EXCERPT * 2).trim().replace(WHITE, " ")
    if (line.length <= EXCERPT) return line
    // Half of a surrogate pair is no character.
    val end = if (line[EXCERPT - 1].isHighSurrogate()) EXCERPT - 1 else EXCERPT
    return line.substring(0, end).trimEnd() + "…"
}

private fun can(message: Message, author: Member?, body: Body, around: Surroundings): Set<Can> = buildSet {
    val here = author != null && author.id != around.me.id
    if (body is Body.Words) add(Can.COPY)
    if (body is Body.ViewOnce && !message.mine) add(Can.VIEW)
    if (around.native && !message.unsent) {
        add(Can.REPLY)
        add(Can.REACT)
        if (message.mine) {
            if (body is Body.Words) add(Can.EDIT)
            add(Can.UNSEND)
        }
    }
    if (here && !message.direct && directly(author)) add(Can.DIRECT)
    if (!message.mine && body is Body.Words) add(Can.REPORT)
}

/** Whether something can be said to a member alone. */
fun directly(member: Member?): Boolean = member != null && !member.wasNative && !member.blocked

/** Whether a member speaks through a page, which knows less. */
val Member.isWeb: Boolean get() = kind == MemberKind.WEB

private fun groups(above: MessageRow, below: MessageRow) =
    above.from == below.from && above.history == below.history && below.quote == null

private fun minute(row: MessageRow) = row.sentAt / 60_000

private fun day(at: Long, zone: ZoneId): LocalDate = Instant.ofEpochMilli(at).atZone(zone).toLocalDate()

private fun nameOf(day: LocalDate, today: LocalDate) = when (day) {
    today -> DayName.TODAY
    today.minusDays(1) -> DayName.YESTERDAY
    else -> DayName.DATE
}

private val WHITE = Regex("\\s+")

/** The core ends a message by a clock of its own, which may run a little ahead of this one. */
private const val CLOCK_SLACK = 2_000L
