package app.dayfly.android.invite

import android.os.SystemClock
import androidx.lifecycle.viewModelScope
import app.dayfly.Room
import app.dayfly.RoomState
import app.dayfly.android.people.Asking
import app.dayfly.core.engine.ManualCode
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.Trust
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.launch

/** How long a code is good, as the core has it. */
internal const val OFFER_SECONDS = 600

/** An exchange by hand as drawn, from the side that invites. */
internal sealed interface ByHandState {
    /** The code is being made. */
    data object Making : ByHandState

    /** They scan this; then their answer is scanned. */
    data class Offer(val code: ManualCode, val secondsLeft: Int) : ByHandState

    /** Its time is over. */
    data object Over : ByHandState

    /** Their answer was taken. */
    data object Connecting : ByHandState

    /** Somebody came in. */
    data class Met(val name: String, val verified: Boolean) : ByHandState
}

/** How far this page is. */
internal data class ByHandPart(
    val offer: ManualCode? = null,
    val secondsLeft: Int = 0,
    /** Who was here when their answer was taken; nothing before that. */
    val before: Set<String>? = null,
)

private fun Member.isThere() = state == MemberState.HERE

/** What is drawn: whoever came since the answer was taken is who it was for. */
internal fun byHandState(room: RoomState, part: ByHandPart): ByHandState {
    val before = part.before
    if (before != null) {
        val met = room.members.find { it.id != room.me.id && it.isThere() && it.id !in before }
            ?: return ByHandState.Connecting
        return ByHandState.Met(met.name, met.trust == Trust.VERIFIED)
    }
    return when {
        part.offer == null -> ByHandState.Making
        part.secondsLeft <= 0 -> ByHandState.Over
        else -> ByHandState.Offer(part.offer, part.secondsLeft)
    }
}

/** Invites one person by two codes that are carried by hand. Scanning is the scanner's business. */
internal class ByHandModel(private val room: Room) : Asking() {
    private val part = MutableStateFlow(ByHandPart())
    private var counting: Job? = null

    val state: StateFlow<ByHandState> = combine(room.state, part, ::byHandState)
        .stateIn(viewModelScope, SharingStarted.Eagerly, ByHandState.Making)

    init {
        offer()
    }

    /** Makes a new code. */
    fun offer() {
        counting?.cancel()
        part.value = ByHandPart()
        ask {
            val code = room.manualOffer()
            part.value = ByHandPart(code, OFFER_SECONDS)
            count()
        }
    }

    /** Takes what was shown in return. One that is refused leaves the offer as it was. */
    fun answer(text: String) {
        val before = room.state.value.members.filter { it.isThere() }.map { it.id }.toSet()
        ask(otherwise = { part.value = part.value.copy(before = null) }) {
            part.value = part.value.copy(before = before)
            room.manualAnswer(text.trim())
            counting?.cancel()
        }
    }

    private fun count() {
        val until = SystemClock.elapsedRealtime() + OFFER_SECONDS * 1_000L
        counting = viewModelScope.launch {
            while (true) {
                val left = ((until - SystemClock.elapsedRealtime() + 999) / 1_000).toInt().coerceAtLeast(0)
                part.value = part.value.copy(secondsLeft = left)
                if (left == 0) break
                delay(1_000)
            }
        }
    }
}
