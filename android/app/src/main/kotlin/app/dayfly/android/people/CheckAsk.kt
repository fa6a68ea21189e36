package app.dayfly.android.people

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import app.dayfly.RoomState
import app.dayfly.android.R
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.core.proto.VerificationState

/** A question about who is who that waits for this person, wherever in the room they are. */
internal sealed interface CheckAsk {
    /** A member asks to compare codes, or the codes are there. */
    data class Compare(val member: String, val name: String) : CheckAsk

    /** A member scanned this screen: is there a tick? */
    data class Tick(val name: String) : CheckAsk

    /** Everybody compares one code. */
    data object Group : CheckAsk
}

/** The question that waits in [room], the one with the shortest time first. */
internal fun checkAsk(room: RoomState): CheckAsk? {
    fun name(id: String) = room.members.find { it.id == id }?.name.orEmpty()
    val open = room.verifications.filterValues {
        it.state == VerificationState.ASKED || it.state == VerificationState.COMPARE
    }
    open.entries.find { it.value.isTick }?.let { return CheckAsk.Tick(name(it.key)) }
    room.groupCheck?.let { if (!it.isOver) return CheckAsk.Group }
    return open.keys.firstOrNull()?.let { CheckAsk.Compare(it, name(it)) }
}

/** The question as a banner, which leads to where it is answered. */
@Composable
internal fun CheckBanner(
    ask: CheckAsk,
    onOpen: (CheckAsk) -> Unit,
    onClose: () -> Unit,
    modifier: Modifier = Modifier,
) {
    val (title, text) = when (ask) {
        is CheckAsk.Compare ->
            stringResource(R.string.verify_asked_title, nameOf(ask.name)) to stringResource(R.string.verify_asked_text)

        is CheckAsk.Tick ->
            stringResource(R.string.verify_tick_ask, nameOf(ask.name)) to stringResource(R.string.verify_tick_text)

        CheckAsk.Group ->
            stringResource(R.string.group_asked) to stringResource(R.string.group_asked_text)
    }
    Banner(
        BannerKind.CAUTION,
        text,
        modifier,
        title = title,
        action = stringResource(R.string.group_open),
        onAction = { onOpen(ask) },
        onClose = onClose,
        closeLabel = stringResource(R.string.people_close),
    )
}
