package app.dayfly.android.invite

import androidx.lifecycle.viewModelScope
import app.dayfly.Room
import app.dayfly.RoomState
import app.dayfly.android.people.Asking
import app.dayfly.android.people.hostOf
import app.dayfly.core.proto.InviteAccess
import app.dayfly.core.proto.InviteInfo
import app.dayfly.core.proto.InviteKind
import app.dayfly.core.proto.Matrix
import app.dayfly.core.qrEncode
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.withContext

/** A link that leads into the room. */
internal data class InviteLink(
    val text: String,
    /** The website whose page it opens; none for the link that only Dayfly opens. */
    val site: String?,
)

/** What has to be said of a link before it is handed on. */
internal enum class LinkWarning {
    /** It holds a Dayfly-only room's secret. */
    NATIVE_SECRET,

    /** It holds a web room's secret. */
    WEB_SECRET,

    /** It holds none: whoever knows the room's name can come in. */
    PUBLIC,

    /** It holds none: the password is asked for. */
    LOCKED_LINK,
}

/** The invite sheet as drawn. */
internal data class InviteState(
    val web: Boolean,
    /** What the square code says now. */
    val shown: InviteLink,
    /** The square code; none while it is made. */
    val code: Matrix?,
    /** Every link, the best for most people first. */
    val links: List<InviteLink>,
    val warning: LinkWarning,
    /** A password is needed besides. */
    val password: Boolean,
    /** Nobody new is let in. */
    val locked: Boolean,
    /** A short code is shown: the seconds it is still good for. */
    val codeSecondsLeft: Int?,
)

/** Every link of [info]: those of websites first, since whoever has only a browser needs one. */
internal fun linksOf(info: InviteInfo): List<InviteLink> {
    val dayfly = InviteLink(info.link, null)
    if (info.kind == InviteKind.NATIVE) return listOf(dayfly)
    return info.urls.zip(info.islands) { url, island -> InviteLink(url, hostOf(island.origin)) } + dayfly
}

/** What has to be said of the links of [info]. */
internal fun warningOf(info: InviteInfo): LinkWarning = when {
    info.kind == InviteKind.NATIVE -> LinkWarning.NATIVE_SECRET
    info.access == InviteAccess.PUBLIC -> LinkWarning.PUBLIC
    info.access == InviteAccess.NEEDS_PASSWORD -> LinkWarning.LOCKED_LINK
    else -> LinkWarning.WEB_SECRET
}

/** What the person chose on the sheet. */
internal data class InvitePart(val shown: InviteLink, val code: Matrix? = null)

/** What is drawn of the invite [info] in [room]. */
internal fun inviteState(info: InviteInfo, room: RoomState, part: InvitePart, codeSecondsLeft: Int?): InviteState =
    InviteState(
        web = info.kind == InviteKind.WEB,
        shown = part.shown,
        code = part.code,
        links = linksOf(info),
        warning = warningOf(info),
        password = room.room.password,
        locked = room.room.locked,
        codeSecondsLeft = codeSecondsLeft,
    )

/** The room's invite as codes and links. Sharing and copying are the screen's to ask for, never done here. */
internal class InviteModel(room: Room, short: StateFlow<ShortCodeState>) : Asking() {
    private val info = room.invite.info()
    private val part = MutableStateFlow(InvitePart(linksOf(info).first()))

    val state: StateFlow<InviteState> = combine(room.state, part, short) { now, part, short ->
        inviteState(info, now, part, (short as? ShortCodeState.Shown)?.secondsLeft)
    }.stateIn(viewModelScope, SharingStarted.Eagerly, inviteState(info, room.state.value, part.value, null))

    init {
        show(part.value.shown)
    }

    /** Shows [link] as the square code. */
    fun show(link: InviteLink) {
        part.value = InvitePart(link)
        ask {
            val code = withContext(Dispatchers.Default) { qrEncode(link.text) }
            if (part.value.shown == link) part.value = InvitePart(link, code)
        }
    }
}
