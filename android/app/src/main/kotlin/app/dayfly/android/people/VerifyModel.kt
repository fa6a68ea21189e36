package app.dayfly.android.people

import androidx.lifecycle.viewModelScope
import app.dayfly.Room
import app.dayfly.RoomState
import app.dayfly.Verification
import app.dayfly.core.proto.Emoji
import app.dayfly.core.proto.VerificationState
import app.dayfly.core.proto.VerificationStep
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn

/** Where comparing codes stands, as drawn. */
internal enum class VerifyStage {
    /** Nothing goes on: what it is for, and how to begin. */
    INTRO,

    /** The other person asks. */
    ASKED,

    /** The other side is asked, or the codes are being made. */
    WAITING,

    /** Compare these. */
    COMPARE,

    /** This person said that they are the same; the other has not yet. */
    CONFIRMED,

    /** The other scanned this screen: does theirs show a tick? */
    TICK,
    DONE,
    MISMATCH,

    /** Somebody else than the person in front of this one scanned the code. */
    TICK_MISMATCH,
    CANCELLED,
    TIMED_OUT,
}

/** What this page has had to do with the comparison: how it ended is shown only to who took part. */
internal data class VerifyPart(
    val took: Boolean = false,
    val confirmed: Boolean = false,
    val ticked: Boolean = false,
    /** What the other was called: when codes differ its row goes. */
    val name: String = "",
)

/** Which stage a [step] is for somebody whose part was [part]. */
internal fun verifyStage(step: VerificationStep?, part: VerifyPart): VerifyStage = when (step?.state) {
    null -> if (part.took) VerifyStage.WAITING else VerifyStage.INTRO
    VerificationState.ASKED -> VerifyStage.ASKED
    VerificationState.WAITING -> if (part.confirmed) VerifyStage.CONFIRMED else VerifyStage.WAITING
    VerificationState.COMPARE -> if (step.isTick) VerifyStage.TICK else VerifyStage.COMPARE
    VerificationState.DONE -> ended(part, VerifyStage.DONE)
    VerificationState.MISMATCH -> ended(part, if (part.ticked) VerifyStage.TICK_MISMATCH else VerifyStage.MISMATCH)
    VerificationState.CANCELLED -> ended(part, VerifyStage.CANCELLED)
    VerificationState.TIMED_OUT -> ended(part, VerifyStage.TIMED_OUT)
}

private fun ended(part: VerifyPart, stage: VerifyStage): VerifyStage = if (part.took) stage else VerifyStage.INTRO

/** There is no code to compare: the question is whether the other screen shows a tick. */
internal val VerificationStep.isTick: Boolean
    get() = state == VerificationState.COMPARE && emoji == null && digits == null

/** Nothing follows. */
internal val VerificationStep.isOver: Boolean
    get() = when (state) {
        VerificationState.DONE, VerificationState.MISMATCH, VerificationState.CANCELLED,
        VerificationState.TIMED_OUT,
        -> true

        VerificationState.ASKED, VerificationState.WAITING, VerificationState.COMPARE -> false
    }

/** Comparing codes as drawn, with one member or with everybody. */
internal data class VerifyState(
    /** With whom; empty for everybody, whose names are in [members]. */
    val name: String,
    val stage: VerifyStage,
    val emoji: List<Emoji>,
    val digits: String,
    /** Who takes part, this person aside, by name. */
    val members: List<String>,
    /** Others who are in a browser and cannot take part. */
    val inBrowser: Int,
    /** Others with whom codes can be compared. */
    val comparable: Int,
)

/** What is drawn of comparing codes with [member], or with everybody if there is none. */
internal fun verifyState(room: RoomState, member: String?, part: VerifyPart): VerifyState {
    val step = if (member == null) room.groupCheck else room.verifications[member]
    val others = room.members.filter { it.id != room.me.id }
    return VerifyState(
        name = others.find { it.id == member }?.name ?: part.name,
        stage = verifyStage(step, part),
        emoji = step?.emoji.orEmpty(),
        digits = step?.digits.orEmpty(),
        members = step?.members.orEmpty().mapNotNull { id -> others.find { it.id == id }?.name },
        inBrowser = others.count { it.inBrowser },
        comparable = others.count { !it.inBrowser && !it.blocked && it.reach.isHere },
    )
}

private val Reach.isHere: Boolean
    get() = this == Reach.DIRECT || this == Reach.RELAYED || this == Reach.CONNECTED

/**
 * Compares codes with one member, or with everybody where [member] is none. It holds the comparison as
 * long as the page stands: leaving the page for good gives up what this person began or agreed to.
 */
internal class VerifyModel(private val room: Room, private val member: String?) : Asking() {
    private val part = MutableStateFlow(VerifyPart())
    private var run: Verification? = null

    val state: StateFlow<VerifyState> = combine(room.state, part) { now, part ->
        val step = if (member == null) now.groupCheck else now.verifications[member]
        // What was going on while this page was open is what its person took part in.
        if (step != null && !step.isOver && !part.took) took()
        val name = now.members.find { it.id == member }?.name
        if (name != null && name != part.name) this.part.value = this.part.value.copy(name = name)
        if (step?.isTick == true && !part.ticked) this.part.value = this.part.value.copy(ticked = true)
        verifyState(now, member, part)
    }.stateIn(viewModelScope, SharingStarted.Eagerly, verifyState(room.state.value, member, VerifyPart()))

    private fun took() {
        part.value = part.value.copy(took = true)
    }

    /** Begins, or agrees to what the other has begun. */
    fun begin() {
        part.value = VerifyPart(name = part.value.name)
        ask { held() }
    }

    /** The codes are the same, or the other screen shows the tick. */
    fun confirm() {
        ask(otherwise = { part.value = part.value.copy(confirmed = false) }) {
            part.value = part.value.copy(confirmed = true)
            held().confirm()
        }
    }

    /** They differ, or there is no tick. */
    fun mismatch() {
        ask { held().mismatch() }
    }

    /** Not now; also where the other asks and nothing was agreed to. */
    fun cancel() {
        ask {
            val running = run ?: room.verifications().find { it.member == member }
            running?.cancel()
            if (running !== run) running?.close()
        }
    }

    /** The comparison that goes on, or a new one. */
    private suspend fun held(): Verification {
        run?.takeIf { !it.isOver() }?.let { return it }
        run?.close()
        return (if (member == null) room.groupCheck() else room.verify(member)).also { run = it }
    }

    private fun Verification.isOver(): Boolean =
        (if (member == null) room.state.value.groupCheck else room.state.value.verifications[member])?.isOver != false

    override fun onCleared() {
        run?.close()
        run = null
    }
}
