package app.dayfly.android.room

import app.dayfly.RoomState
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.LeaveReason
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.RoomInfo
import app.dayfly.core.proto.RoomOp
import app.dayfly.core.proto.Trust

/**
 * What events say that is worth a line in the conversation. Keeps the rows of members, since a line
 * tells what changed and an event tells what is. Refuses to say anything about messages: those are
 * rows of their own.
 */
class Happenings {
    private var me: Member? = null
    private val members = LinkedHashMap<MemberId, Member>()
    private var info: RoomInfo? = null

    /** Begins from the room as it stands; what was before is not told. */
    fun begin(state: RoomState) {
        me = state.me
        info = state.room
        state.members.associateByTo(members) { it.id }
    }

    /** The lines of an event, in order; mostly none. */
    fun of(event: Event): List<Line> = when (event) {
        is Event.Reset -> reset(event)
        is Event.MemberJoined -> row(event.member)
        is Event.MemberChanged -> row(event.member)
        is Event.MemberLeft -> left(event)
        is Event.Folded -> nameOf(event.from)?.let { listOf(Line.Folded(it, event.count.toInt())) }.orEmpty()
        is Event.RoomChanged -> changed(event)
        is Event.Notice -> listOf(Line.Notice(event.message))
        is Event.Left -> listOf(Line.Ended(event.reason))
        else -> emptyList()
    }

    /** Who is called how, this person included. */
    fun nameOf(id: MemberId): String? = (members[id] ?: me?.takeIf { it.id == id })?.name

    /** The first is silent: the room begins empty. A later one means that events were missed. */
    private fun reset(event: Event.Reset): List<Line> {
        val known = me != null
        val before = members.values.toList()
        me = event.snapshot.me
        info = event.snapshot.room
        members.clear()
        event.snapshot.members.associateByTo(members) { it.id }
        if (!known) return emptyList()
        val came = event.snapshot.members.filter { new -> before.none { it.id == new.id } }.flatMap(::arrival)
        val went = before.filter { it.id !in members && it.state != MemberState.CONNECTING }
        return came + went.map { Line.Left(it.name, LeaveReason.LOST, null) }
    }

    private fun row(member: Member): List<Line> {
        val mine = me
        if (mine != null && member.id == mine.id) {
            me = member
            return if (mine.muted == member.muted) emptyList() else listOf(Line.Muted(null, member.muted))
        }
        val old = members.put(member.id, member)
        return if (old == null || old.state == MemberState.CONNECTING) arrival(member) else changes(old, member)
    }

    private fun arrival(member: Member): List<Line> = buildList {
        if (member.state == MemberState.CONNECTING) return@buildList
        add(Line.Joined(member.name, member.isWeb))
        if (member.sameKey) add(Line.SameKey(member.name))
        if (member.sameName) add(Line.SameName(member.name))
    }

    private fun changes(old: Member, new: Member): List<Line> = buildList {
        if (old.name != new.name) add(Line.Renamed(old.name, new.name))
        if (old.state != new.state) {
            add(
                when (new.state) {
                    MemberState.HERE -> Line.Back(new.name)
                    MemberState.BACKGROUND -> Line.Asleep(new.name)
                    MemberState.RECONNECTING, MemberState.CONNECTING -> Line.Silent(new.name)
                },
            )
        }
        if (old.trust != Trust.VERIFIED && new.trust == Trust.VERIFIED) add(Line.Verified(new.name))
        if (old.trust == Trust.VERIFIED && new.trust != Trust.VERIFIED) add(Line.TrustLost(new.name))
        if (new.sameKey && !old.sameKey) add(Line.SameKey(new.name))
        if (new.sameName && !old.sameName) add(Line.SameName(new.name))
        if (new.muted != old.muted) add(Line.Muted(new.name, new.muted))
    }

    private fun left(event: Event.MemberLeft): List<Line> {
        val member = members.remove(event.id) ?: return emptyList()
        // Whoever was never here does not leave.
        if (member.state == MemberState.CONNECTING && event.reason == LeaveReason.LEFT) return emptyList()
        return listOf(Line.Left(member.name, event.reason, event.detail))
    }

    private fun changed(event: Event.RoomChanged): List<Line> {
        val old = info
        val new = event.options
        info = new
        val owned = new.owner != null && new.owner == me?.id
        val line = Line.Owner(op = event.op, by = event.by?.takeIf { it != me?.id }?.let(::nameOf), mine = owned)
        return when (event.op) {
            RoomOp.REMOVE, RoomOp.FREEZE -> listOf(line)
            RoomOp.SLOW -> listOf(line.copy(seconds = new.slowSeconds.toInt()))
            RoomOp.EXPIRE -> listOf(line.copy(seconds = new.expireSeconds.toInt()))
            RoomOp.LOCK -> listOf(line.copy(on = new.locked))
            RoomOp.RECEIPTS -> listOf(line.copy(on = new.receipts))
            RoomOp.HAND_OVER -> listOf(line.copy(name = new.owner?.let(::nameOf)))
            RoomOp.OWNER -> {
                val news = old?.ownerHere != new.ownerHere && !owned
                if (news) listOf(line.copy(on = new.ownerHere, name = new.owner?.let(::nameOf))) else emptyList()
            }
            // The member's row tells the one, the room's end the other.
            RoomOp.MUTE, RoomOp.CLOSE -> emptyList()
        }
    }
}
