package app.dayfly

import app.dayfly.core.proto.DeliveryState
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.Message
import app.dayfly.core.proto.Snapshot
import app.dayfly.core.proto.VerificationState
import app.dayfly.core.proto.VerificationStep

/**
 * What a room's state becomes by an event: events in, immutable states out.
 *
 * Pure. It decides nothing about a room, holds nothing and reads no clock. A list that an event
 * changes is copied, at most [RoomState.MAX_MESSAGES] references; all others are kept as they are.
 */
internal object Fold {
    /** The state that a room's first reset begins with. */
    fun start(snapshot: Snapshot): RoomState = RoomState(
        me = snapshot.me,
        room = snapshot.room,
        members = snapshot.members,
        messages = snapshot.messages.takeLast(RoomState.MAX_MESSAGES),
        rendezvous = snapshot.rendezvous,
    )

    /** The state after [event]. Nothing follows the last one. */
    fun step(before: RoomState, event: Event): RoomState = if (before.ended != null) before else before.after(event)

    /** The state in which every message that was to vanish by [now] has. */
    fun expire(state: RoomState, now: ULong): RoomState {
        val due = { message: Message -> !message.unsent && message.expiresAt?.let { it <= now } == true }
        return if (state.messages.none(due)) {
            state
        } else {
            state.copy(messages = state.messages.map { if (due(it)) it.gone() else it })
        }
    }

    /** When the next message is to vanish, in milliseconds since the Unix epoch. */
    fun nextExpiry(messages: List<Message>): ULong? =
        messages.mapNotNull { message -> message.expiresAt.takeUnless { message.unsent } }.minOrNull()

    /** From the start again, but for what a snapshot does not tell; who types will say so once more. */
    private fun RoomState.reset(snapshot: Snapshot): RoomState {
        val ids = snapshot.messages.mapTo(HashSet()) { it.id }
        val here = snapshot.members.mapTo(HashSet()) { it.id }
        return start(snapshot).copy(
            delivery = delivery.filterKeys { it in ids },
            verifications = verifications.filter { (id, step) -> id in here || step.isOver },
            groupCheck = groupCheck,
        )
    }

    private fun RoomState.after(event: Event): RoomState = when (event) {
        is Event.Reset -> reset(event.snapshot)
        is Event.MemberJoined -> with(event.member)
        is Event.MemberChanged -> with(event.member)
        is Event.MemberLeft -> without(event.id)
        is Event.Message -> with(event.message)
        is Event.MessageChanged -> changed(event)
        is Event.Delivery -> delivered(event)
        is Event.Typing -> {
            val typing = Typing(event.from, event.direct)
            copy(typing = if (event.on) this.typing - typing + typing else this.typing - typing)
        }
        is Event.Rendezvous -> copy(rendezvous = rendezvous.with(event.status) { it.backend to it.url })
        is Event.Verification -> {
            val step = VerificationStep(event.state, event.emoji, event.digits, listOf(event.member))
            copy(verifications = verifications + (event.member to step))
        }
        is Event.GroupCheck ->
            copy(groupCheck = VerificationStep(event.state, event.emoji, event.digits, event.members))
        is Event.RoomChanged -> copy(room = event.options)
        is Event.Removed -> copy(endedBy = members.find { it.id == event.by })
        is Event.Closed -> copy(endedBy = if (event.by == me.id) me else members.find { it.id == event.by })
        // Nothing of what was said outlives the room.
        is Event.Left -> RoomState(me, room, ended = event.reason, endedBy = endedBy)
        is Event.Folded, is Event.Limited, is Event.Notice -> this
    }

    private fun RoomState.with(member: Member): RoomState =
        if (member.id == me.id) copy(me = member) else copy(members = members.with(member) { it.id })

    private fun RoomState.without(id: MemberId): RoomState = copy(
        members = members.filterNot { it.id == id },
        typing = if (typing.any { it.from == id }) typing.filterNot { it.from == id } else typing,
        // How it ended is still to be seen.
        verifications = if (verifications[id]?.isOver == false) verifications - id else verifications,
    )

    private fun RoomState.with(message: Message): RoomState {
        val said = Typing(message.from, message.direct)
        val typing = if (said in typing) typing - said else typing
        val known = messages.indexOfLast { it.id == message.id }
        if (known >= 0) return copy(messages = messages.replaced(known, message), typing = typing)
        val at = messages.indexOfLast { it.order <= message.order } + 1
        val all = ArrayList<Message>(messages.size + 1)
        all.addAll(messages)
        all.add(at, message)
        if (all.size <= RoomState.MAX_MESSAGES) return copy(messages = all, typing = typing)
        val oldest = all.removeAt(0)
        return copy(messages = all, typing = typing, delivery = delivery - oldest.id)
    }

    private fun RoomState.changed(event: Event.MessageChanged): RoomState {
        val at = messages.indexOfLast { it.id == event.id }
        val before = messages.getOrNull(at) ?: return this
        val text = event.text
        var after = before
        // What is looked at once is shown by `Room.view` and stays out of here.
        if (text != null && !before.viewOnce) after = after.copy(text = text, edited = true)
        if (event.unsent == true) after = after.gone()
        event.expiresAt?.let { after = after.copy(expiresAt = it) }
        event.reactions?.let { after = after.copy(reactions = it) }
        event.confirmed?.let { after = after.copy(confirmed = it, disputed = after.disputed || !it) }
        return copy(messages = messages.replaced(at, after))
    }

    private fun RoomState.delivered(event: Event.Delivery): RoomState {
        val member = event.member
        val before = delivery[event.id]
        val message = messages.findLast { it.id == event.id } ?: return this
        val after = when {
            member == null -> Delivery(event.state, before?.members.orEmpty())
            else -> {
                val members = before?.members.orEmpty()
                val state = event.state.unlessLessThan(members[member])
                val whole = if (message.direct) state else before?.state ?: DeliveryState.SENT
                Delivery(whole, members + (member to state))
            }
        }
        return copy(delivery = delivery + (event.id to after))
    }

    /** Reports may overtake each other: what was read has not merely been delivered. */
    private fun DeliveryState.unlessLessThan(known: DeliveryState?): DeliveryState = when (known) {
        DeliveryState.READ -> known
        DeliveryState.DELIVERED -> if (this == DeliveryState.READ) this else known
        else -> this
    }

    /** Where a message belongs in time, as in the core: arrival for what arrived, the claim for history. */
    private val Message.order: ULong get() = if (history) sentAt else at

    private fun Message.gone(): Message = copy(text = "", unsent = true, edited = false, reactions = emptyList())

    private val VerificationStep.isOver: Boolean
        get() = when (state) {
            VerificationState.ASKED, VerificationState.WAITING, VerificationState.COMPARE -> false
            VerificationState.DONE, VerificationState.CANCELLED -> true
            VerificationState.MISMATCH, VerificationState.TIMED_OUT -> true
        }

    private fun <T> List<T>.replaced(at: Int, item: T): List<T> = ArrayList(this).also { it[at] = item }

    private inline fun <T> List<T>.with(item: T, key: (T) -> Any?): List<T> {
        val at = indexOfFirst { key(it) == key(item) }
        return if (at >= 0) replaced(at, item) else this + item
    }
}
