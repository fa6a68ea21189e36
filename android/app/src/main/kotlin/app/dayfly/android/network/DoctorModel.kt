package app.dayfly.android.network

import android.os.SystemClock
import androidx.lifecycle.viewModelScope
import app.dayfly.Dayfly
import app.dayfly.android.people.Asking
import app.dayfly.android.people.hostOf
import app.dayfly.core.engine.DoctorOptions
import app.dayfly.core.engine.Finding
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** The doctor's report as drawn. */
internal sealed interface DoctorState {
    /** Not begun; nothing is drawn of who will be asked until that is known. */
    data class Idle(val asked: Asked?) : DoctorState

    /** Going on, for so many seconds. */
    data class Running(val seconds: Int) : DoctorState

    /** What was found, the conclusion last. */
    data class Report(val findings: List<Finding>) : DoctorState
}

/** Who will be asked: hosts that were named, and the usual ones where none was. */
internal data class Asked(val hosts: List<String>, val usualTrackers: Boolean, val usualStun: Boolean)

/** Who [options] let the doctor ask. */
internal fun askedBy(options: DoctorOptions): Asked {
    val servers = options.iceServers
    return Asked(
        hosts = (options.trackers.map(::hostOf) + servers.orEmpty().map { serverHost(it.url) }).distinct(),
        usualTrackers = options.trackers.isEmpty(),
        usualStun = servers == null,
    )
}

/** The host in `turns:HOST:443?transport=tcp`. */
private fun serverHost(url: String): String =
    url.substringAfter(':').removePrefix("//").substringBefore('?').substringBeforeLast(':')

/** The core's sentences name options of the terminal client, which an app has none of. */
private val terminalOptions = Regex(" \\(--[^)]*\\)|; then open with --lan")

/** A finding's sentence as a sentence of its own, without what only the terminal knows. */
internal fun forPeople(sentence: String): String {
    val plain = terminalOptions.replace(sentence, "").trim()
    // A sentence that begins with a server's name begins with that name.
    val begun = if ('.' in plain.substringBefore(' ')) plain else plain.replaceFirstChar { it.uppercase() }
    return if (begun.isEmpty() || begun.last() in ".!?") begun else "$begun."
}

/** Examines the network when it is told to, and contacts whom [options] name and nobody else. */
internal class DoctorModel(private val core: suspend () -> Dayfly, private val options: suspend () -> DoctorOptions) :
    Asking() {
    private val current = MutableStateFlow<DoctorState>(DoctorState.Idle(null))
    private var running: Job? = null

    val state: StateFlow<DoctorState> = current.asStateFlow()

    init {
        idle()
    }

    /** Examines. */
    fun start() {
        running?.cancel()
        current.value = DoctorState.Running(0)
        val counting = count()
        running = ask(otherwise = ::idle) {
            try {
                current.value = DoctorState.Report(core().doctor(options()))
            } finally {
                counting.cancel()
            }
        }
    }

    /** Gives it up. */
    fun stop() {
        running?.cancel()
        idle()
    }

    private fun idle() {
        current.value = DoctorState.Idle(null)
        ask {
            val asked = askedBy(options())
            current.update { if (it is DoctorState.Idle) DoctorState.Idle(asked) else it }
        }
    }

    private fun count(): Job {
        val begun = SystemClock.elapsedRealtime()
        return viewModelScope.launch {
            while (true) {
                delay(1_000)
                val seconds = ((SystemClock.elapsedRealtime() - begun) / 1_000).toInt()
                current.update { if (it is DoctorState.Running) DoctorState.Running(seconds) else it }
            }
        }
    }
}
