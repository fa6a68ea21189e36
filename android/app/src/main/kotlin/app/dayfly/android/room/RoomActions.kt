package app.dayfly.android.room

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.runtime.Stable
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MessageId

/**
 * What a person can do on the room's screen. A `thread` is the member at the other end of a direct
 * conversation, or `null` for the room.
 */
@Stable
interface RoomActions {
    /** What is being written there; kept in memory, and nowhere else. */
    fun draft(thread: MemberId?): TextFieldState

    fun send(thread: MemberId?)

    fun reply(thread: MemberId?, id: MessageId)

    fun edit(thread: MemberId?, id: MessageId)

    /** Back to a new message; an edit's words go, a draft stays. */
    fun cancelMode(thread: MemberId?)

    fun toggleOnce(thread: MemberId?)

    fun react(id: MessageId, emoji: String, on: Boolean)

    fun unsend(id: MessageId)

    fun copy(text: String)

    /** Looks at what can be looked at once. */
    fun view(id: MessageId)

    fun lookAway()

    /** A message and what is known of who has it. */
    fun details(id: MessageId): DetailsUi?

    /** Everything down to the foot of a conversation is on the screen. */
    fun seen(thread: MemberId?)

    /** A conversation came onto the screen, or went. */
    fun showing(thread: MemberId?, on: Boolean)

    fun openThread(with: MemberId)

    fun closeThread()

    fun listThreads(on: Boolean)

    /** Leaves, or asks first where others would be left without an owner. */
    fun leave()

    fun leaveAnyway()

    /** The owner closes the room for everybody. */
    fun closeForAll()

    fun stay()

    /** Wipes everything at once, without a goodbye. */
    fun wipe()

    /** The end of the room was read. */
    fun home()
}

/** Where the room's screen leads. */
@Stable
interface RoomExits {
    fun invite()

    fun members()

    fun member(id: MemberId)

    fun options()

    fun network()

    fun report(member: MemberId, message: MessageId)

    /** Opens an address in another app. */
    fun open(url: String)
}
