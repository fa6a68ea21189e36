package app.dayfly.android.room

import app.dayfly.RoomState
import app.dayfly.core.DayflyException
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MessageId
import app.dayfly.core.proto.SayOptions
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow

/** A room that remembers what it was asked, and says no when told to. */
internal class FakeTalk(first: RoomState = room()) : Talk {
    data class Said(val to: MemberId?, val text: String, val options: SayOptions)

    override val state = MutableStateFlow(first)
    override val events = MutableSharedFlow<Event>(extraBufferCapacity = 64)

    val said = mutableListOf<Said>()
    val commands = mutableListOf<Command>()

    /** What a person asked for; that it read something is told by itself. */
    val asked get() = commands.filterNot { it is Command.Read }
    val typed = mutableListOf<Pair<Boolean, MemberId?>>()
    val secrets = mutableMapOf<MessageId, String>()
    var refuses = false

    override suspend fun title() = "Bakery"

    override suspend fun say(to: MemberId?, text: String, options: SayOptions) {
        refuse()
        said += Said(to, text, options)
    }

    override suspend fun command(command: Command) {
        refuse()
        commands += command
    }

    override suspend fun view(id: MessageId) = secrets.remove(id)

    override suspend fun typing(on: Boolean, to: MemberId?) {
        typed += on to to
    }

    private fun refuse() {
        if (refuses) throw DayflyException.Refused(ErrorKind.BUSY, "Too much was said at once.", "Wait a second.")
    }
}
