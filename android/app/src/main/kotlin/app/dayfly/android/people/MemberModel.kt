package app.dayfly.android.people

import androidx.lifecycle.viewModelScope
import app.dayfly.Room
import app.dayfly.RoomState
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberState
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn

/** One member as drawn, and what can be done now. What cannot be done is not offered. */
internal data class MemberPage(
    val member: Member,
    /** The row is gone; the rest is as it was last. */
    val gone: Boolean,
    /** Codes can be compared. */
    val canVerify: Boolean,
    /** Something can be said to this member alone. */
    val canDirect: Boolean,
    /** This person owns the room, and its orders are believed. */
    val canModerate: Boolean,
    /** The room can be handed over to this member. */
    val canHandOver: Boolean,
)

/** What is drawn of the member [id] in [room]; [last] is what was drawn before. Nothing if it was never seen. */
internal fun memberPage(room: RoomState, id: String, last: MemberPage?): MemberPage? {
    val member = room.members.find { it.id == id && it.id != room.me.id }
        ?: return last?.copy(
            gone = true,
            canVerify = false,
            canDirect = false,
            canModerate = false,
            canHandOver = false,
        )
    val dayfly = !member.inBrowser
    val owns = room.room.native && room.me.owner && !room.room.frozen
    return MemberPage(
        member = member,
        gone = false,
        canVerify = dayfly && !member.blocked && member.state == MemberState.HERE,
        canDirect = !member.blocked && !member.wasNative && member.state != MemberState.CONNECTING,
        canModerate = owns && dayfly,
        canHandOver = owns && dayfly && member.state == MemberState.HERE,
    )
}

/** One member: what was checked, and what to do about them. */
internal class MemberModel(private val room: Room, private val id: String) : Asking() {
    private var last: MemberPage? = memberPage(room.state.value, id, null)

    val state: StateFlow<MemberPage?> = room.state
        .map { now -> memberPage(now, id, last).also { last = it } }
        .stateIn(viewModelScope, SharingStarted.Eagerly, last)

    /** Shows to nobody what this member says, or shows it again. */
    fun mute(on: Boolean) {
        ask { room.command(Command.Mute(id, on)) }
    }

    /** Puts this member out for good. */
    fun remove() {
        ask { room.command(Command.Remove(id)) }
    }

    /** Makes this member the owner. */
    fun handOver() {
        ask { room.command(Command.HandOver(id)) }
    }

    /** Hears this member on this device no more, or again. */
    fun block(on: Boolean) {
        ask { room.command(Command.Block(id, on)) }
    }
}
