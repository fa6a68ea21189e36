package app.dayfly.android.join

import androidx.compose.runtime.Immutable
import androidx.lifecycle.ViewModel
import androidx.lifecycle.viewModelScope
import app.dayfly.Room
import app.dayfly.android.session.Arrival
import app.dayfly.android.session.Coming
import app.dayfly.android.session.Destination
import app.dayfly.android.session.Refusal
import app.dayfly.android.session.Session
import app.dayfly.android.session.Stage
import app.dayfly.android.session.Step
import app.dayfly.android.session.Way
import app.dayfly.core.DayflyException
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.engine.ManualCode
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

/** What the joining screen shows. */
@Immutable
internal sealed interface JoinState {
    /** A link or a code is to be typed or pasted. */
    data class Entry(
        val text: String = "",
        /** Why the last one was of no use. */
        val problem: Refusal? = null,
    ) : JoinState {
        override fun toString(): String = "Entry"
    }

    /** Something leads to a room; whether to go there is asked. */
    data class Offer(
        val way: Way,
        /** What is known of the room; a short code and a code by hand say nothing before. */
        val destination: Destination?,
        val name: String,
        /** Going there leaves the room one is in. */
        val leavesRoom: Boolean,
    ) : JoinState

    /** The other half of an exchange by hand came here. It is for the room one is in, or for nobody here. */
    data class AnswerOffer(val hasRoom: Boolean) : JoinState

    /** Something takes a while. */
    data class Working(val step: Step) : JoinState

    /** A password is asked for. */
    data class Password(
        val destination: Destination?,
        val password: String,
        /** The last one led to nobody. */
        val wrong: Boolean,
    ) : JoinState {
        override fun toString(): String = "Password"
    }

    /** The code to show to the other device. */
    data class ShowAnswer(val answer: ManualCode) : JoinState

    /** It did not work. */
    data class Failed(
        val refusal: Refusal,
        /** Whether the same can be tried again. */
        val canRetry: Boolean,
    ) : JoinState

    /** The room runs: this screen is over. */
    data object Done : JoinState
}

/**
 * The one way into a room that somebody else opened, whatever it began with. It owns what was typed here
 * and the invite until a person said yes or no; then the session has it. It refuses to begin anything by
 * itself: nothing is contacted before somebody said so.
 */
internal class JoinModel(
    private val session: Session,
    private val name: () -> String,
    private val saveName: (String) -> Unit,
    private val work: CoroutineDispatcher = Dispatchers.Default,
    opening: Boolean = false,
) : ViewModel() {
    private val current =
        MutableStateFlow<JoinState>(if (opening) JoinState.Working(Step.STARTING) else JoinState.Entry())
    private var arrival: Arrival? = null
    private var begun = opening

    /** What to draw. */
    val state: StateFlow<JoinState> = current.asStateFlow()

    init {
        viewModelScope.launch { session.coming.collect { came(it, session.room.value) } }
        viewModelScope.launch { session.room.collect { came(session.coming.value, it) } }
    }

    /** Looks at what was typed, pasted, scanned, tapped or shared. */
    fun look(text: String) {
        viewModelScope.launch {
            val read = withContext(work) { Arrival.read(text) }
            cancel()
            arrival = read
            current.value = when (read) {
                is Arrival.ToRoom -> offer(Way.INVITE, read.destination)
                is Arrival.ByCode -> offer(Way.CODE, null)
                is Arrival.ByHand -> offer(Way.HAND, null)
                is Arrival.ForOffer -> JoinState.AnswerOffer(session.running.value)
                is Arrival.Unreadable -> JoinState.Entry(problem = read.refusal)
            }
        }
    }

    /** What is typed in the field that the state has. */
    fun typed(text: String): Unit = current.update {
        when (it) {
            is JoinState.Entry -> JoinState.Entry(text)
            is JoinState.Offer -> it.copy(name = text)
            is JoinState.Password -> it.copy(password = text)
            else -> it
        }
    }

    /** Yes: what the state asks is done. */
    fun go() {
        when (val now = current.value) {
            is JoinState.Entry -> if (now.text.isNotBlank()) look(now.text)
            is JoinState.Offer -> join(now.name)
            is JoinState.Password -> if (now.password.isNotEmpty()) {
                current.value = JoinState.Working(Step.ENTERING)
                session.givePassword(now.password)
            }
            is JoinState.AnswerOffer -> answer()
            is JoinState.Failed -> if (now.canRetry) session.tryAgain() else restart()
            else -> Unit
        }
    }

    /** Gives up what is on the way; what was asked for is forgotten. */
    fun cancel() {
        forget()
        if (begun) session.cancel()
        begun = false
    }

    /** Back to where a link or code is typed. */
    fun restart() {
        cancel()
        current.value = JoinState.Entry()
    }

    override fun onCleared() {
        // Whoever leaves the screen on the way has given up; with a room there is nothing to give up.
        if (session.room.value == null) cancel() else forget()
    }

    private fun offer(way: Way, destination: Destination?) =
        JoinState.Offer(way, destination, name(), leavesRoom = session.running.value)

    private fun join(called: String) {
        val going = arrival ?: return
        arrival = null
        if (called != name()) saveName(called.trim())
        begun = true
        when (going) {
            is Arrival.ToRoom -> session.enter(going.invite)
            is Arrival.ByCode -> session.joinCode(going.code)
            is Arrival.ByHand -> session.joinManual(going.offer)
            is Arrival.ForOffer, is Arrival.Unreadable -> Unit
        }
    }

    private fun answer() {
        val room = session.room.value
        val given = arrival as? Arrival.ForOffer
        if (room == null || given == null) return restart()
        arrival = null
        current.value = JoinState.Working(Step.ENTERING)
        viewModelScope.launch {
            current.value = try {
                room.manualAnswer(given.answer)
                JoinState.Done
            } catch (refused: DayflyException.Refused) {
                JoinState.Failed(Refusal.of(refused), canRetry = false)
            }
        }
    }

    private fun came(coming: Coming?, room: Room?) {
        if (!begun && coming == null) return
        val stage = coming?.stage
        current.value = when {
            stage is Stage.PasswordInDoubt -> return
            stage == null && room != null -> JoinState.Done
            stage == null -> return
            stage is Stage.Working -> JoinState.Working(stage.step)
            stage is Stage.Password -> JoinState.Password(coming.destination, "", stage.wrong)
            stage is Stage.ShowAnswer -> JoinState.ShowAnswer(stage.answer)
            stage is Stage.Failed -> JoinState.Failed(
                stage.refusal,
                canRetry = session.canTryAgain && stage.refusal.kind !in FOR_GOOD,
            )
            else -> return
        }
        begun = true
    }

    private fun forget() {
        (arrival as? Arrival.ToRoom)?.invite?.close()
        arrival = null
    }

    private companion object {
        /** What fails in the same way however often it is tried. */
        val FOR_GOOD = setOf(
            ErrorKind.BAD_CODE,
            ErrorKind.BAD_INVITE,
            ErrorKind.NEWER_INVITE,
            ErrorKind.WRONG_CODE,
            ErrorKind.CODE_INTERFERENCE,
        )
    }
}
