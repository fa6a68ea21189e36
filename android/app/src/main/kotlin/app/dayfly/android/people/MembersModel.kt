package app.dayfly.android.people

import androidx.lifecycle.viewModelScope
import app.dayfly.Room
import app.dayfly.RoomState
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberState
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn

/** More people than this can be searched through. */
internal const val MANY = 20

/** The longest name, in UTF-16 units, as the core counts. */
internal const val MAX_NAME = 30

/** The list of members as drawn. */
internal data class MembersState(
    val me: Member,
    /** Everybody else whom the search leaves, whoever can be reached first. */
    val others: List<Member>,
    /** How many are here, this person included. */
    val present: Int,
    /** What is searched for; nothing where there are few enough to see. */
    val search: String?,
    /** A Dayfly-only room, where one code can be compared among all. */
    val native: Boolean,
    /** Others with Dayfly, with whom codes can be compared. */
    val comparable: Int,
) {
    /** Nobody else is here at all. */
    val alone: Boolean
        get() = others.isEmpty() && search.isNullOrEmpty()
}

/** What is drawn of [room] where [search] is searched for. */
internal fun membersState(room: RoomState, search: String): MembersState {
    val members = room.members.filter { it.id != room.me.id }
    val many = members.size > MANY || search.isNotEmpty()
    val sought = search.trim()
    val left = members.filter { sought.isEmpty() || sought.isIn(it) }
    return MembersState(
        me = room.me,
        others = left.sortedBy { if (it.state == MemberState.CONNECTING) 1 else 0 },
        present = 1 + members.count { it.state != MemberState.CONNECTING },
        search = search.takeIf { many },
        native = room.room.native,
        comparable = members.count { !it.inBrowser && it.state == MemberState.HERE && !it.blocked },
    )
}

private fun String.isIn(member: Member): Boolean =
    member.name.contains(this, ignoreCase = true) || member.fingerprint.contains(this, ignoreCase = true)

/** [name] as far as the core takes it, without cutting a character in two. */
internal fun fittingName(name: String): String {
    if (name.length <= MAX_NAME) return name
    val end = if (name[MAX_NAME - 1].isHighSurrogate()) MAX_NAME - 1 else MAX_NAME
    return name.substring(0, end)
}

/** Who is in the room; changes this person's name. */
internal class MembersModel(private val room: Room) : Asking() {
    private val search = MutableStateFlow("")

    val state: StateFlow<MembersState> = combine(room.state, search, ::membersState)
        .stateIn(viewModelScope, SharingStarted.Eagerly, membersState(room.state.value, ""))

    /** Leaves in the list whoever has [text] in the name or the fingerprint. */
    fun search(text: String) {
        search.value = text
    }

    /** Takes another name. */
    fun rename(name: String) {
        ask { room.rename(name.trim()) }
    }
}
