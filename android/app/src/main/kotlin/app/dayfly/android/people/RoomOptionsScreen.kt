package app.dayfly.android.people

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import app.dayfly.android.R
import app.dayfly.android.session.Refusal
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Avatar
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.ChoiceRow
import app.dayfly.android.ui.ConfirmDialog
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.Sheet
import app.dayfly.android.ui.SwitchRow
import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.RoomInfo

/** What can be changed about a room. */
internal interface RoomOptionsActions {
    fun back()

    fun lock(on: Boolean)

    fun expire(seconds: Int)

    fun slow(seconds: Int)

    fun receipts(on: Boolean)

    fun handOver(member: String)

    fun close()

    fun refusalRead()
}

/** What holds in this room, who may change it, and the owner's orders. */
@Composable
internal fun RoomOptionsScreen(state: RoomOptionsState, refusal: Refusal?, actions: RoomOptionsActions) {
    ScreenScaffold(stringResource(R.string.options_title), actions::back) { padding ->
        ScreenColumn(padding) {
            RefusalBanner(refusal, actions::refusalRead, Modifier.padding(top = Space.small))
            Who(state.say)
            if (state.room.native) {
                Entering(state, actions)
                Saying(state, actions)
                if (state.mine) Owning(state, actions)
            }
        }
    }
}

@Composable
private fun Who(say: Say) {
    val (kind, text) = when (say) {
        Say.Mine -> BannerKind.NOTE to stringResource(R.string.options_owner_you)
        is Say.Theirs -> BannerKind.NOTE to stringResource(R.string.options_owner_other, nameOf(say.name))
        Say.Away -> BannerKind.CAUTION to stringResource(R.string.options_owner_away)
        Say.Unknown -> BannerKind.CAUTION to stringResource(R.string.options_owner_unknown)
        Say.Frozen -> BannerKind.PROBLEM to stringResource(R.string.options_frozen)
        Say.Web -> BannerKind.NOTE to stringResource(R.string.options_web)
    }
    Banner(kind, text, Modifier.padding(top = Space.small))
}

@Composable
private fun Entering(state: RoomOptionsState, actions: RoomOptionsActions) {
    val room = state.room
    SectionTitle(stringResource(R.string.options_heading_enter))
    Group {
        if (state.mine) {
            SwitchRow(
                stringResource(R.string.options_lock),
                room.locked,
                actions::lock,
                text = stringResource(R.string.options_lock_detail),
                icon = R.drawable.ic_lock,
            )
        } else {
            LinkRow(
                stringResource(if (room.locked) R.string.options_locked else R.string.options_unlocked),
                text = stringResource(
                    if (room.locked) R.string.options_lock_detail else R.string.options_unlocked_detail,
                ),
                icon = if (room.locked) R.drawable.ic_lock else R.drawable.ic_unlock,
            )
        }
        RowLine()
        LinkRow(
            stringResource(R.string.options_password),
            text = stringResource(
                if (room.password) R.string.options_password_set else R.string.options_password_none,
            ),
            icon = R.drawable.ic_key,
        )
        RowLine()
        val moved = room.generation.toInt()
        LinkRow(
            stringResource(R.string.options_generation),
            text = if (moved == 0) {
                stringResource(R.string.options_generation_none)
            } else {
                pluralStringResource(R.plurals.options_generation_some, moved, moved)
            },
            icon = R.drawable.ic_link,
        )
    }
}

@Composable
private fun Saying(state: RoomOptionsState, actions: RoomOptionsActions) {
    val room = state.room
    var choosing by remember { mutableStateOf<Choosing?>(null) }
    SectionTitle(stringResource(R.string.options_heading_said))
    Group {
        val expiry = room.expireSeconds.toInt()
        LinkRow(
            stringResource(R.string.options_expire),
            text = if (expiry == 0) {
                stringResource(R.string.options_expire_off)
            } else {
                stringResource(R.string.options_expire_on, spanWords(expiry))
            },
            icon = R.drawable.ic_timer,
            onClick = if (state.mine) ({ choosing = Choosing.EXPIRY }) else null,
        )
        RowLine()
        val pace = room.slowSeconds.toInt()
        LinkRow(
            stringResource(R.string.options_slow),
            text = if (pace == 0) {
                stringResource(R.string.options_slow_off)
            } else {
                stringResource(R.string.options_slow_on, spanWords(pace))
            },
            icon = R.drawable.ic_clock,
            onClick = if (state.mine) ({ choosing = Choosing.PACE }) else null,
        )
        RowLine()
        LinkRow(stringResource(R.string.options_history), text = historyWords(room), icon = R.drawable.ic_history)
        RowLine()
        SwitchRow(
            stringResource(R.string.options_receipts),
            room.receipts,
            actions::receipts,
            text = stringResource(R.string.options_receipts_detail),
            icon = R.drawable.ic_done_all,
        )
    }
    when (choosing) {
        Choosing.EXPIRY -> Sheet({ choosing = null }) {
            SpanChoice(stringResource(R.string.options_expire), expiries, room.expireSeconds.toInt()) {
                choosing = null
                actions.expire(it)
            }
        }

        Choosing.PACE -> Sheet({ choosing = null }) {
            SpanChoice(stringResource(R.string.options_slow), paces, room.slowSeconds.toInt()) {
                choosing = null
                actions.slow(it)
            }
        }

        null -> Unit
    }
}

private enum class Choosing { EXPIRY, PACE }

/** One of some spans of time; what is set now is among them even if it is none of ours. */
@Composable
internal fun SpanChoice(title: String, spans: List<Int>, chosen: Int, onChoose: (Int) -> Unit) {
    SectionTitle(title)
    Column(Modifier.selectableGroup()) {
        for (seconds in (spans + chosen).distinct().sorted()) {
            ChoiceRow(
                if (seconds == 0) stringResource(R.string.options_off) else spanWords(seconds),
                seconds == chosen,
                { onChoose(seconds) },
            )
        }
    }
}

/** A span of time in words. */
@Composable
internal fun spanWords(seconds: Int): String {
    val (count, unit) = span(seconds)
    val words = when (unit) {
        TimeUnit.SECONDS -> R.plurals.options_seconds
        TimeUnit.MINUTES -> R.plurals.options_minutes
        TimeUnit.HOURS -> R.plurals.options_hours
    }
    return pluralStringResource(words, count, count)
}

@Composable
private fun historyWords(room: RoomInfo): String = when (val history = room.history) {
    is HistoryPolicy.Off -> stringResource(R.string.options_history_off)

    is HistoryPolicy.Members -> stringResource(R.string.options_history_members)

    is HistoryPolicy.Items -> {
        val count = history.v1.toInt()
        pluralStringResource(R.plurals.options_history_items, count, count)
    }
}

@Composable
private fun Owning(state: RoomOptionsState, actions: RoomOptionsActions) {
    var choosing by remember { mutableStateOf(false) }
    var heir by remember { mutableStateOf<Member?>(null) }
    var closing by remember { mutableStateOf(false) }
    SectionTitle(stringResource(R.string.options_heading_owner))
    Group {
        val nobody = state.heirs.isEmpty()
        LinkRow(
            stringResource(R.string.options_hand_over),
            text = stringResource(
                if (nobody) R.string.options_hand_over_nobody else R.string.options_hand_over_detail,
            ),
            icon = R.drawable.ic_owner,
            enabled = !nobody,
            onClick = if (nobody) null else ({ choosing = true }),
        )
        RowLine()
        LinkRow(
            stringResource(R.string.options_close),
            text = stringResource(R.string.options_close_detail),
            icon = R.drawable.ic_leave,
            danger = true,
            onClick = { closing = true },
        )
    }
    if (choosing) {
        Sheet({ choosing = false }) {
            SectionTitle(stringResource(R.string.options_hand_over_whom))
            for (member in state.heirs) {
                LinkRow(
                    nameOf(member),
                    text = member.fingerprint,
                    leading = { Avatar(member.fingerprint) },
                    onClick = {
                        choosing = false
                        heir = member
                    },
                )
            }
        }
    }
    heir?.let { member ->
        HandOverDialog(
            member,
            onConfirm = {
                heir = null
                actions.handOver(member.id)
            },
            onDismiss = { heir = null },
        )
    }
    if (closing) {
        ConfirmDialog(
            title = stringResource(R.string.options_close_ask),
            text = stringResource(R.string.options_close_what),
            confirm = stringResource(R.string.options_close_do),
            onConfirm = {
                closing = false
                actions.close()
            },
            onDismiss = { closing = false },
            danger = true,
        )
    }
}
