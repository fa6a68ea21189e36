package app.dayfly

import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.VerificationStep
import kotlinx.coroutines.flow.Flow
import app.dayfly.core.Verification as CoreVerification

/**
 * One comparison of codes, with one member or with everybody. It stands for this one and never for the
 * next: once it is over, whatever is said to it counts for nothing.
 *
 * Decides nothing. Where every comparison stands is also in [RoomState.verifications] and
 * [RoomState.groupCheck]. The room holds it until it is closed.
 */
public class Verification internal constructor(
    private val core: CoreVerification,
    private val closed: (Verification) -> Unit,
) : AutoCloseable {
    /** With whom; nothing where it is everybody here. */
    public val member: MemberId? = core.member()

    /** How far it is, as told last. */
    public val step: VerificationStep get() = core.step()

    /** The steps, from the one it is at to the one it ends with. For one collector: each comes once. */
    public val steps: Flow<VerificationStep> = each { core.next() }

    /** The codes are the same; after a scan, the other screen shows a tick. */
    public suspend fun confirm(): Unit = core.confirm()

    /** The codes differ, or there is no tick: the connection is closed on both sides and the key marked. */
    public suspend fun mismatch(): Unit = core.mismatch()

    /** Not now. Nothing happens to one that is over. */
    public suspend fun cancel(): Unit = core.cancel()

    /** Frees it. One that this person began or agreed to is given up, unless it is over. */
    override fun close() {
        core.close()
        closed(this)
    }
}
