package app.dayfly

import app.dayfly.core.proto.DeliveryState
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.Message
import app.dayfly.core.proto.MessageId
import app.dayfly.core.proto.RendezvousStatus
import app.dayfly.core.proto.RoomInfo
import app.dayfly.core.proto.VerificationStep

/**
 * A room as it stands: everything needed to draw it. Immutable, lists and maps included; what did
 * not change is the same object as before.
 *
 * Owns no behaviour: [Room.state] carries one after the other. When the room is over everything
 * that was said, and who was there, is gone from it.
 *
 * @property me this person.
 * @property members everybody else.
 * @property messages the conversation, oldest first, direct threads included; at most
 *   [MAX_MESSAGES], as in the core.
 * @property delivery how far each own message got.
 * @property rendezvous the places to meet.
 * @property room the room's options.
 * @property typing who types, in the order they began.
 * @property verifications how far comparing codes with a member is, or how it ended.
 * @property groupCheck how far comparing one code with everybody is, or how it ended.
 * @property ended why the room is over, once it is.
 * @property endedBy the owner who removed this person or closed the room.
 */
public data class RoomState(
    val me: Member,
    val room: RoomInfo,
    val members: List<Member> = emptyList(),
    val messages: List<Message> = emptyList(),
    val delivery: Map<MessageId, Delivery> = emptyMap(),
    val rendezvous: List<RendezvousStatus> = emptyList(),
    val typing: List<Typing> = emptyList(),
    val verifications: Map<MemberId, VerificationStep> = emptyMap(),
    val groupCheck: VerificationStep? = null,
    val ended: EndReason? = null,
    val endedBy: Member? = null,
) {
    /** Counts only: names and texts must not get into a log by way of a string. */
    override fun toString(): String = "RoomState(${members.size} members, ${messages.size} messages, ended=$ended)"

    /** Limits of a state. */
    public companion object {
        /** Most messages kept, here and in the core; the oldest goes first. */
        public const val MAX_MESSAGES: Int = 1_000
    }
}

/**
 * How far an own message got.
 *
 * @property state for everybody it is for; for a direct message, the one member.
 * @property members how far for those members of whom something else is known.
 */
public data class Delivery(val state: DeliveryState, val members: Map<MemberId, DeliveryState> = emptyMap())

/**
 * A member types.
 *
 * @property from who.
 * @property direct in the direct thread with this person, rather than to everybody.
 */
public data class Typing(val from: MemberId, val direct: Boolean)
