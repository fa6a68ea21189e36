package app.dayfly.android.people

import androidx.lifecycle.viewModelScope
import app.dayfly.Room
import app.dayfly.RoomState
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.RoomInfo
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn

/** Who may change a room's options now, and why nobody else. */
internal sealed interface Say {
    /** This person is the owner. */
    data object Mine : Say

    /** The owner is somebody else, and here. */
    data class Theirs(val name: String) : Say

    /** The owner cannot be reached. */
    data object Away : Say

    /** The owner was not met yet. */
    data object Unknown : Say

    /** Nobody any more. */
    data object Frozen : Say

    /** A room shared with pages has no owner. */
    data object Web : Say
}

/** The room's options as drawn. */
internal data class RoomOptionsState(
    val room: RoomInfo,
    val say: Say,
    /** To whom the room can be handed over. */
    val heirs: List<Member>,
) {
    /** Switches and choices of the owner can be touched. */
    val mine: Boolean
        get() = say == Say.Mine
}

/** What is drawn of the options of [state]. */
internal fun roomOptionsState(state: RoomState): RoomOptionsState {
    val room = state.room
    val owner = state.members.find { it.id == room.owner }
    val say = when {
        !room.native -> Say.Web
        room.frozen -> Say.Frozen
        state.me.owner -> Say.Mine
        room.owner == null -> Say.Unknown
        !room.ownerHere -> Say.Away
        else -> Say.Theirs(owner?.name.orEmpty())
    }
    return RoomOptionsState(
        room = room,
        say = say,
        heirs = state.members.filter {
            it.id != state.me.id && !it.inBrowser && it.state == MemberState.HERE && !it.blocked
        },
    )
}

/** Lives that messages can be given; 0 is for ever. */
internal val expiries: List<Int> = listOf(0, 30, 300, 3_600, 28_800, 86_400)

/** Pauses between two messages; 0 is none. */
internal val paces: List<Int> = listOf(0, 5, 15, 60, 300, 3_600)

/** A span of time in the unit that suits it. */
internal enum class TimeUnit { SECONDS, MINUTES, HOURS }

/** [seconds] in the largest unit that it is a whole number of. */
internal fun span(seconds: Int): Pair<Int, TimeUnit> = when {
    seconds >= 3_600 && seconds % 3_600 == 0 -> seconds / 3_600 to TimeUnit.HOURS
    seconds >= 60 && seconds % 60 == 0 -> seconds / 60 to TimeUnit.MINUTES
    else -> seconds to TimeUnit.SECONDS
}

/** The room's options; changes them if this person owns the room. */
internal class RoomOptionsModel(private val room: Room) : Asking() {
    val state: StateFlow<RoomOptionsState> = room.state.map(::roomOptionsState)
        .stateIn(viewModelScope, SharingStarted.Eagerly, roomOptionsState(room.state.value))

    /** Lets nobody new in, or somebody again. */
    fun lock(on: Boolean) = command(Command.Lock(on))

    /** Messages vanish so long after they were sent; 0 is never. */
    fun expire(seconds: Int) = command(Command.Expire(seconds.toUInt()))

    /** Least seconds between two messages of a member; 0 is none. */
    fun slow(seconds: Int) = command(Command.Slow(seconds.toUInt()))

    /** Tells others what this person has seen, or ceases to. */
    fun receipts(on: Boolean) = command(Command.Receipts(on))

    /** Makes [member] the owner. */
    fun handOver(member: String) = command(Command.HandOver(member))

    /** Closes the room for everybody. */
    fun close() = command(Command.Close)

    private fun command(command: Command) {
        ask { room.command(command) }
    }
}
