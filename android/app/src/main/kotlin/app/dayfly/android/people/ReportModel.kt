package app.dayfly.android.people

import androidx.lifecycle.viewModelScope
import app.dayfly.Room
import app.dayfly.RoomState
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.Message
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn

/** Something a member said, which can be put into a report. */
internal data class Reportable(
    val id: String,
    val text: String,
    /** Milliseconds since the Unix epoch, by this device's clock. */
    val at: Long,
    /** Heard from the member itself, not from somebody else. */
    val proven: Boolean,
    val chosen: Boolean,
)

/** A report as drawn. */
internal data class ReportState(
    val name: String,
    val fingerprint: String,
    /** Whom the builder of this app named; none: there is nobody to report to. */
    val contact: String?,
    /** The newest first. */
    val messages: List<Reportable>,
    /** What was chosen is shown as it would be sent. */
    val seeing: Boolean,
    /** No mail app took it. */
    val noMailApp: Boolean,
    val blocked: Boolean,
) {
    val chosen: List<Reportable>
        get() = messages.filter { it.chosen }.reversed()
}

/** Who is reported: kept here, since the row may go while one chooses. */
internal data class Reported(val name: String, val fingerprint: String)

/** What this page has been told. */
internal data class ReportPart(
    val chosen: Set<String> = emptySet(),
    val seeing: Boolean = false,
    val noMailApp: Boolean = false,
)

/** Whether a report can be made of this: it is [member]'s, and its words are still here. */
internal fun Message.isReportable(member: String): Boolean = from == member && !mine && !unsent && text.isNotEmpty()

/** What is drawn of a report on [member]. */
internal fun reportState(
    room: RoomState,
    member: String,
    who: Reported,
    part: ReportPart,
    contact: String?,
): ReportState {
    val messages = room.messages.filter { it.isReportable(member) }.map {
        Reportable(it.id, it.text, it.at.toLong(), it.confirmed, it.id in part.chosen)
    }.reversed()
    return ReportState(
        name = who.name,
        fingerprint = who.fingerprint,
        contact = contact,
        messages = messages,
        seeing = part.seeing && messages.any { it.chosen },
        noMailApp = part.noMailApp,
        blocked = room.members.any { it.id == member && it.blocked },
    )
}

/**
 * Makes a report on a member out of what its person chooses and sees. It sends nothing and keeps nothing:
 * the words go to a mail app only when the person has seen them all, and what vanished from the room
 * vanishes from here.
 */
internal class ReportModel(
    private val room: Room,
    private val member: String,
    tapped: String?,
    private val contact: String?,
) : Asking() {
    private val part = MutableStateFlow(ReportPart(chosen = setOfNotNull(tapped)))
    private val who = room.state.value.members.find { it.id == member }
        ?.let { Reported(it.name, it.fingerprint) }
        ?: Reported(room.state.value.messages.find { it.from == member }?.name.orEmpty(), "")

    val state: StateFlow<ReportState> = combine(room.state, part) { now, part -> drawn(now, part) }
        .stateIn(viewModelScope, SharingStarted.Eagerly, drawn(room.state.value, part.value))

    private fun drawn(now: RoomState, part: ReportPart) = reportState(now, member, who, part, contact)

    /** Puts a message into the report, or takes it out. */
    fun choose(id: String, on: Boolean) {
        val chosen = part.value.chosen
        part.value = part.value.copy(chosen = if (on) chosen + id else chosen - id, noMailApp = false)
    }

    /** Shows what would be sent, or goes back to choosing. */
    fun see(on: Boolean) {
        part.value = part.value.copy(seeing = on, noMailApp = false)
    }

    /** Hears the member on this device no more. */
    fun block() {
        ask { room.command(Command.Block(member, true)) }
    }

    /** No app took it. */
    fun noMailApp() {
        part.value = part.value.copy(noMailApp = true)
    }
}
