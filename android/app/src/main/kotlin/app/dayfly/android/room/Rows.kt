// What a conversation is made of, as the timeline draws it: one row for each message and for each
// thing that happened. Plain data; no words of our own, which the composables choose by kind.

package app.dayfly.android.room

import androidx.compose.runtime.Immutable
import app.dayfly.core.proto.Block
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.LeaveReason
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MessageId
import app.dayfly.core.proto.RoomOp

/** One row of a conversation. */
@Immutable
sealed interface Row {
    /** Stable for as long as the row stands for the same thing. */
    val key: String
}

/** The messages below are of another day than those above. */
@Immutable
data class DayRow(
    /** Days since the epoch, in the zone of the device. */
    val day: Long,
    /** How it is called. */
    val name: DayName,
) : Row {
    override val key get() = "day:$day"
}

/** How a day is called. */
enum class DayName { TODAY, YESTERDAY, DATE }

/** Everything below is new to this person. */
@Immutable
data object UnreadRow : Row {
    override val key get() = "unread"
}

/** So many messages of somebody are not here. */
@Immutable
data class GapRow(val before: MessageId, val name: String, val count: Int) : Row {
    override val key get() = "gap:$before"
}

/** Something that happened. */
@Immutable
data class LineRow(override val key: String, val line: Line) : Row

/** Something somebody said. */
@Immutable
data class MessageRow(
    val id: MessageId,
    val from: MemberId,
    val name: String,
    /** The first group of the author's fingerprint, where the name alone does not tell who it is. */
    val hint: String?,
    /** What the author's picture is drawn from; `null` where nothing stands behind the author. */
    val fingerprint: String?,
    val mine: Boolean,
    /** When it was said, as the author's clock has it; milliseconds since the epoch. */
    val sentAt: Long,
    /** When it came here. */
    val at: Long,
    /** The first of several in a row by one author. */
    val first: Boolean,
    /** The last of several within one minute. */
    val last: Boolean,
    val body: Body,
    val quote: Quote?,
    val reactions: List<ReactionUi>,
    val edited: Boolean,
    /** Told by others, from before this person came. */
    val history: Boolean,
    /** Nothing but one person's word stands behind it. */
    val unconfirmed: Boolean,
    /** Its author told others something else. */
    val disputed: Boolean,
    /** When it vanishes. */
    val expiresAt: Long?,
    /** How far an own message got. */
    val progress: Progress?,
    val mentionsMe: Boolean,
    /** What may be done with it. */
    val can: Set<Can>,
) : Row {
    override val key get() = "message:$id"
}

/** What a message says. */
@Immutable
sealed interface Body {
    /** Words; [text] is what was typed, [blocks] how it reads. */
    data class Words(val text: String, val blocks: List<Block>) : Body

    /** Can be looked at once, by others or by this person. */
    data object ViewOnce : Body

    /** The words are gone. */
    data class Gone(val why: Why) : Body
}

/** Why there are no words any more. */
enum class Why { UNSENT, VIEWED, EXPIRED, GONE }

/** The message that is answered. */
@Immutable
data class Quote(
    val id: MessageId,
    /** Whose words they are; `null` where the message is not here. */
    val name: String?,
    val mine: Boolean,
    /** The beginning of the words; `null` where they may not be shown. */
    val excerpt: String?,
)

/** How many answered with one emoji. */
@Immutable
data class ReactionUi(val emoji: String, val count: Int, val mine: Boolean, val names: List<String>)

/** How far an own message got. */
enum class Progress {
    /** Nobody is here to take it. */
    WAITING,

    /** On its way. */
    SENT,

    /** Some of those it is for have it. */
    SOME,

    /** All who are here have it. */
    DELIVERED,

    /** Somebody has read it. */
    READ,

    /** It will not arrive. */
    FAILED,
}

/** What may be done with a message. */
enum class Can { COPY, REPLY, REACT, EDIT, UNSEND, DIRECT, REPORT, VIEW }

/** Something that happened, by kind: the words are chosen where it is drawn. */
@Immutable
sealed interface Line {
    /** It asks for wariness. */
    val warns: Boolean get() = false

    data class Joined(val name: String, val web: Boolean) : Line

    data class Left(val name: String, val why: LeaveReason, val detail: String?) : Line {
        override val warns get() = why == LeaveReason.MISBEHAVED
    }

    data class Renamed(val old: String, val new: String) : Line

    data class Silent(val name: String) : Line

    data class Back(val name: String) : Line

    data class Asleep(val name: String) : Line

    data class Muted(val name: String?, val on: Boolean) : Line {
        override val warns get() = name == null && on
    }

    data class Verified(val name: String) : Line

    data class TrustLost(val name: String) : Line {
        override val warns get() = true
    }

    data class SameKey(val name: String) : Line {
        override val warns get() = true
    }

    data class SameName(val name: String) : Line {
        override val warns get() = true
    }

    data class Folded(val name: String, val count: Int) : Line

    /** What the owner did; [seconds] where there is a number, [on] where there is a switch. */
    data class Owner(
        val op: RoomOp,
        val by: String?,
        val seconds: Int = 0,
        val on: Boolean = false,
        val mine: Boolean = false,
        val name: String? = null,
    ) : Line {
        override val warns get() = op == RoomOp.FREEZE
    }

    /** A sentence of the core. */
    data class Notice(val sentence: String) : Line {
        override val warns get() = true
    }

    data class Ended(val why: EndReason) : Line
}
