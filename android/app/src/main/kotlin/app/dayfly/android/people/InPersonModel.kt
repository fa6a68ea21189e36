package app.dayfly.android.people

import android.os.SystemClock
import androidx.lifecycle.viewModelScope
import app.dayfly.Room
import app.dayfly.RoomState
import app.dayfly.core.proto.Matrix
import app.dayfly.core.proto.VerificationState
import app.dayfly.core.qrEncode
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

/** How long a code on this screen is good, as the core has it. */
internal const val SCREEN_SECONDS = 120

/** Checking somebody in person, as drawn. */
internal sealed interface InPersonState {
    /** Who shows and who scans? */
    data object Choose : InPersonState

    /** The other is to scan this. */
    data class Shown(val code: Matrix, val secondsLeft: Int) : InPersonState

    /** The code's time is over. */
    data object Over : InPersonState

    /** Somebody scanned it: does their screen show a tick? */
    data class Tick(val name: String) : InPersonState

    /** A scanned code is being checked. */
    data object Checking : InPersonState

    /** The scanned code is theirs: the tick that the other looks for. */
    data class Scanned(val name: String) : InPersonState

    /** The scanned code was not taken. */
    data object NotTaken : InPersonState

    /** Both are verified. */
    data class Done(val name: String) : InPersonState

    /** Somebody else scanned this screen. */
    data class Mismatch(val name: String) : InPersonState

    /** Nobody said whether there is a tick. */
    data object Unanswered : InPersonState
}

/** What this page has done so far. */
internal data class InPersonPart(
    val code: Matrix? = null,
    val secondsLeft: Int = 0,
    /** Whose code was scanned here. */
    val scanned: String? = null,
    val checking: Boolean = false,
    /** Who scanned this screen and was asked about here. */
    val asked: String? = null,
    /** What that one was called: when there was no tick its row goes. */
    val askedName: String = "",
)

/** What is drawn: what the room says of whoever is concerned, else what this page has done. */
internal fun inPersonState(room: RoomState, part: InPersonPart): InPersonState {
    fun name(id: String) = room.members.find { it.id == id }?.name ?: part.askedName
    val asks = room.verifications.entries.find { it.value.isTick }?.key
    if (asks != null) return InPersonState.Tick(name(asks))
    part.asked?.let { id ->
        return when (room.verifications[id]?.state) {
            VerificationState.DONE -> InPersonState.Done(name(id))
            VerificationState.MISMATCH -> InPersonState.Mismatch(name(id))
            else -> InPersonState.Unanswered
        }
    }
    part.scanned?.let { id ->
        return when (room.verifications[id]?.state) {
            VerificationState.DONE -> InPersonState.Scanned(name(id))
            VerificationState.WAITING, null -> InPersonState.Checking
            else -> InPersonState.NotTaken
        }
    }
    return when {
        part.checking -> InPersonState.Checking
        part.code == null -> InPersonState.Choose
        part.secondsLeft <= 0 -> InPersonState.Over
        else -> InPersonState.Shown(part.code, part.secondsLeft)
    }
}

/** Whether a scanned [text] is the code of somebody's screen, rather than some other code. */
internal fun isCheckCode(text: String): Boolean = text.trim().startsWith("dayfly-check:", ignoreCase = true)

/** Two people beside each other: one shows a code, the other scans it. Scanning is the scanner's business. */
internal class InPersonModel(private val room: Room) : Asking() {
    private val part = MutableStateFlow(InPersonPart())
    private var ticking: Job? = null

    val state: StateFlow<InPersonState> = combine(room.state, part) { now, part ->
        val asks = now.verifications.entries.find { it.value.isTick }?.key
        if (asks != null && part.asked != asks) {
            val name = now.members.find { it.id == asks }?.name.orEmpty()
            this.part.value = part.copy(asked = asks, askedName = name)
        }
        inPersonState(now, part)
    }.stateIn(viewModelScope, SharingStarted.Eagerly, inPersonState(room.state.value, InPersonPart()))

    /** Shows a new code for two minutes. */
    fun show() {
        ticking?.cancel()
        ask {
            val code = room.inPersonCode()
            val matrix = withContext(Dispatchers.Default) { qrEncode(code) }
            part.value = InPersonPart(code = matrix, secondsLeft = SCREEN_SECONDS)
            count()
        }
    }

    /** Takes what was scanned from the other's screen. */
    fun scanned(code: String) {
        ticking?.cancel()
        part.value = InPersonPart(checking = true)
        ask(otherwise = { part.value = InPersonPart() }) {
            part.value = InPersonPart(scanned = room.inPersonScanned(code))
        }
    }

    /** The other screen shows the tick, or does not. */
    fun tick(seen: Boolean) {
        ask {
            val id = part.value.asked ?: return@ask
            room.verifications().filter { it.member == id }.forEach { run ->
                run.use { if (seen) it.confirm() else it.mismatch() }
            }
        }
    }

    /** Leaves the question open: nobody is verified. */
    fun later() {
        ask {
            val id = part.value.asked ?: return@ask
            room.verifications().filter { it.member == id }.forEach { run -> run.use { it.cancel() } }
        }
    }

    /** Back to the choice of who shows and who scans. */
    fun again() {
        ticking?.cancel()
        part.value = InPersonPart()
    }

    private fun count() {
        val until = SystemClock.elapsedRealtime() + SCREEN_SECONDS * 1_000L
        ticking = viewModelScope.launch {
            while (true) {
                val left = ((until - SystemClock.elapsedRealtime() + 999) / 1_000).toInt().coerceAtLeast(0)
                val now = part.value
                // What was scanned is not to be scanned again: the picture goes when its time is over.
                part.value = now.copy(secondsLeft = left)
                if (left == 0) break
                delay(1_000)
            }
        }
    }
}
