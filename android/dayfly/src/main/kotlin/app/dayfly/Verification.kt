package app.dayfly

import app.dayfly.core.proto.Command
import app.dayfly.core.proto.MemberId
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.mapNotNull
import app.dayfly.core.Room as CoreRoom

/**
 * One comparison of codes, with one member or with everybody.
 *
 * Holds nothing: how far it is stands in [RoomState.verifications] or [RoomState.groupCheck].
 *
 * @property member with whom; nothing for everybody.
 */
public class Verification internal constructor(
    private val core: CoreRoom,
    room: StateFlow<RoomState>,
    public val member: MemberId?,
) {
    /** How far it is, now and from now on. */
    public val steps: Flow<VerificationStep> =
        room.mapNotNull { if (member == null) it.groupCheck else it.verifications[member] }.distinctUntilChanged()

    /** The codes are the same. */
    public suspend fun confirm(): Unit =
        core.command(member?.let { Command.VerifyConfirm(it) } ?: Command.GroupCheckConfirm)

    /** The codes differ: somebody is in between. The connection is closed on both sides. */
    public suspend fun mismatch(): Unit =
        core.command(member?.let { Command.VerifyMismatch(it) } ?: Command.GroupCheckMismatch)

    /** Not now. */
    public suspend fun cancel(): Unit =
        core.command(member?.let { Command.VerifyCancel(it) } ?: Command.GroupCheckCancel)
}
