package app.dayfly.android.room

import app.dayfly.Room
import app.dayfly.RoomState
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MessageId
import app.dayfly.core.proto.SayOptions
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.StateFlow

/** What the room's screen asks of a room; a test answers for one. */
interface Talk {
    val state: StateFlow<RoomState>
    val events: Flow<Event>

    /** The room's name; empty where it has none. */
    suspend fun title(): String

    suspend fun say(to: MemberId?, text: String, options: SayOptions)

    suspend fun command(command: Command)

    /** The text of a message that can be looked at once, wiped from the room; `null` if it is gone. */
    suspend fun view(id: MessageId): String?

    suspend fun typing(on: Boolean, to: MemberId?)
}

/** A room of the core. */
class RoomTalk(private val room: Room) : Talk {
    override val state get() = room.state
    override val events get() = room.events

    override suspend fun title(): String = room.invite.info().room

    override suspend fun say(to: MemberId?, text: String, options: SayOptions) {
        if (to == null) room.say(text, options) else room.direct(to, text, options)
    }

    override suspend fun command(command: Command) = room.command(command)

    override suspend fun view(id: MessageId): String? = room.view(id)

    override suspend fun typing(on: Boolean, to: MemberId?) = room.typing(on, to)
}
