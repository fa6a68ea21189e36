package app.dayfly

import app.dayfly.core.CodeShare
import app.dayfly.core.Invite
import app.dayfly.core.JoinCode
import app.dayfly.core.ManualJoin
import app.dayfly.core.engine.ManualCode
import app.dayfly.core.proto.CodeGuestEvent
import app.dayfly.core.proto.CodeHostEvent
import kotlinx.coroutines.flow.Flow

// Ways into a room that take two people some time: short codes and codes shown by hand. What they do is
// the core's; here it is told as flows. Closing one gives it up, but for a room that is already there.

/** A short code that is being tried. */
public class CodeGuest internal constructor(private val core: JoinCode) : AutoCloseable {
    /** What happens, until it succeeded or failed. For one collector: each event comes once. */
    public val events: Flow<CodeGuestEvent> = each { core.next() }

    /** Waits for the invite, within about a minute: for rooms that ask for a password besides. */
    public suspend fun invite(): Invite = obtained { core.invite() }

    /** Waits for the invite and enters its room. */
    public suspend fun room(): Room = Room.of { core.room() }

    override fun close(): Unit = core.close()
}

/** A short code that leads into a room. */
public class CodeHost internal constructor(private val core: CodeShare) : AutoCloseable {
    /** What happens, the code itself first, until the code is over. For one collector: each event comes once. */
    public val events: Flow<CodeHostEvent> = each { core.next() }

    /** Ends the code; [events] tells its end. */
    public fun stop(): Unit = core.stop()

    override fun close(): Unit = core.close()
}

/** Somebody who was shown a code and shows another in return. */
public class ManualGuest internal constructor(private val core: ManualJoin) : AutoCloseable {
    /** What to show in return. */
    public val answer: ManualCode = core.answer()

    /**
     * Waits until the other device has taken the answer: ten minutes at most. Where the room has a
     * password and none is given, ask for it and call again within three minutes.
     */
    public suspend fun room(password: String? = null): Room = Room.of { core.room(password) }

    override fun close(): Unit = core.close()
}
