package app.dayfly.android.people

import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent
import android.net.Uri
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import androidx.lifecycle.viewmodel.compose.viewModel
import app.dayfly.android.BuildConfig
import app.dayfly.android.Graph
import app.dayfly.android.R
import app.dayfly.android.nav.Navigator
import app.dayfly.android.nav.Screen
import app.dayfly.android.session.Refusal
import app.dayfly.android.theme.Space

// The screens about people with what they need: each takes the room there is, its own view model, and
// where one goes from it.

/** Who is in the room. */
@Composable
internal fun MembersRoute(graph: Graph, navigator: Navigator) = InRoom(graph, navigator) { room ->
    val model = viewModel { MembersModel(room) }
    val state by model.state.collectAsState()
    val refusal by model.refusal.collectAsState()
    MembersScreen(
        state,
        refusal,
        object : MembersActions {
            override fun back() = navigator.back()

            override fun search(text: String) = model.search(text)

            override fun rename(name: String) = model.rename(name)

            override fun open(member: String) = navigator.go(Screen.Member(member))

            override fun invite() = navigator.go(Screen.Invite)

            override fun groupCheck() = navigator.go(Screen.GroupCheck)

            override fun inPerson() = navigator.go(Screen.InPerson)

            override fun refusalRead() = model.refusalRead()
        },
    )
}

/** One member. */
@Composable
internal fun MemberRoute(graph: Graph, navigator: Navigator, id: String) = InRoom(graph, navigator) { room ->
    val model = viewModel { MemberModel(room, id) }
    val page by model.state.collectAsState()
    val refusal by model.refusal.collectAsState()
    val shown = page
    if (shown == null) {
        LaunchedEffect(Unit) { navigator.back() }
        return@InRoom
    }
    MemberScreen(
        shown,
        refusal,
        object : MemberActions {
            override fun back() = navigator.back()

            override fun verify() = navigator.go(Screen.Verify(id))

            override fun inPerson() = navigator.go(Screen.InPerson)

            override fun direct() {
                graph.roomHold.speakTo(id)
                navigator.toRoom()
            }

            override fun mute(on: Boolean) = model.mute(on)

            override fun remove() = model.remove()

            override fun handOver() = model.handOver()

            override fun block(on: Boolean) = model.block(on)

            override fun report() = navigator.go(Screen.Report(id, null))

            override fun refusalRead() = model.refusalRead()
        },
    )
}

/** Comparing codes with one member. */
@Composable
internal fun VerifyRoute(graph: Graph, navigator: Navigator, member: String) =
    Comparing(graph, navigator, member) { state, refusal, actions -> VerifyScreen(state, refusal, actions) }

/** Everybody compares one code. */
@Composable
internal fun GroupCheckRoute(graph: Graph, navigator: Navigator) =
    Comparing(graph, navigator, null) { state, refusal, actions -> GroupCheckScreen(state, refusal, actions) }

@Composable
private fun Comparing(
    graph: Graph,
    navigator: Navigator,
    member: String?,
    screen: @Composable (VerifyState, Refusal?, VerifyActions) -> Unit,
) = InRoom(graph, navigator) { room ->
    val model = viewModel { VerifyModel(room, member) }
    val state by model.state.collectAsState()
    val refusal by model.refusal.collectAsState()
    screen(
        state,
        refusal,
        object : VerifyActions {
            override fun back() = navigator.back()

            override fun begin() = model.begin()

            override fun confirm() = model.confirm()

            override fun mismatch() = model.mismatch()

            override fun cancel() = model.cancel()

            override fun inPerson() = navigator.swap(Screen.InPerson)

            override fun refusalRead() = model.refusalRead()
        },
    )
}

/** Checking somebody who stands beside. */
@Composable
internal fun InPersonRoute(graph: Graph, navigator: Navigator) = InRoom(graph, navigator) { room ->
    val model = viewModel { InPersonModel(room) }
    val state by model.state.collectAsState()
    val refusal by model.refusal.collectAsState()
    var scanning by remember { mutableStateOf(false) }
    if (scanning) {
        Scanning(
            stringResource(R.string.verify_person_scan),
            stringResource(R.string.verify_person_scan_hint),
            take = { text ->
                val wanted = isCheckCode(text)
                if (wanted) {
                    scanning = false
                    model.scanned(text)
                }
                wanted
            },
            onBack = { scanning = false },
        )
        return@InRoom
    }
    InPersonScreen(
        state,
        refusal,
        object : InPersonActions {
            override fun back() = navigator.back()

            override fun show() = model.show()

            override fun scan() {
                scanning = true
            }

            override fun tick(seen: Boolean) = model.tick(seen)

            override fun later() = model.later()

            override fun again() = model.again()

            override fun refusalRead() = model.refusalRead()
        },
    )
}

/** The room's options. */
@Composable
internal fun RoomOptionsRoute(graph: Graph, navigator: Navigator) = InRoom(graph, navigator) { room ->
    val model = viewModel { RoomOptionsModel(room) }
    val state by model.state.collectAsState()
    val refusal by model.refusal.collectAsState()
    RoomOptionsScreen(
        state,
        refusal,
        object : RoomOptionsActions {
            override fun back() = navigator.back()

            override fun lock(on: Boolean) = model.lock(on)

            override fun expire(seconds: Int) = model.expire(seconds)

            override fun slow(seconds: Int) = model.slow(seconds)

            override fun receipts(on: Boolean) = model.receipts(on)

            override fun handOver(member: String) = model.handOver(member)

            override fun close() = model.close()

            override fun refusalRead() = model.refusalRead()
        },
    )
}

/** A report on [member], begun from [message] if there is one. */
@Composable
internal fun ReportRoute(graph: Graph, navigator: Navigator, member: String, message: String?) =
    InRoom(graph, navigator) { room ->
        val model = viewModel {
            ReportModel(room, member, message, BuildConfig.REPORT_CONTACT.ifEmpty { null })
        }
        val state by model.state.collectAsState()
        val context = LocalContext.current
        ReportScreen(
            state,
            object : ReportActions {
                override fun back() = navigator.back()

                override fun choose(id: String, on: Boolean) = model.choose(id, on)

                override fun see(on: Boolean) = model.see(on)

                override fun send(text: String) {
                    if (!mail(context, state.contact.orEmpty(), text)) model.noMailApp()
                }

                override fun block() = model.block()
            },
        )
    }

/** Opens a mail app with [text], which sends nothing by itself; false if there is none. */
private fun mail(context: Context, contact: String, text: String): Boolean {
    val intent = Intent(Intent.ACTION_SENDTO, Uri.fromParts("mailto", contact, null))
        .putExtra(Intent.EXTRA_SUBJECT, context.getString(R.string.report_subject))
        .putExtra(Intent.EXTRA_TEXT, text)
    return try {
        context.startActivity(intent)
        true
    } catch (_: ActivityNotFoundException) {
        false
    }
}

/** The question that waits for this person, over whatever of the room is seen but where it is answered. */
@Composable
internal fun WaitingCheck(graph: Graph, navigator: Navigator, screen: Screen) {
    if (screen is Screen.Verify || screen == Screen.GroupCheck || screen == Screen.InPerson) return
    val room by graph.session.room.collectAsState()
    val state by (room ?: return).state.collectAsState()
    val ask = checkAsk(state) ?: return
    var put by remember { mutableStateOf<CheckAsk?>(null) }
    if (ask == put) return
    Box(Modifier.fillMaxSize().windowInsetsPadding(WindowInsets.safeDrawing), Alignment.TopCenter) {
        CheckBanner(
            ask,
            onOpen = { navigator.go(placeOf(it)) },
            onClose = { put = ask },
            // Below the bar, whose way back stays free.
            Modifier.padding(top = BAR, start = Space.medium, end = Space.medium).widthIn(max = Space.column),
        )
    }
}

private val BAR = 68.dp

/** Where a question is answered. */
private fun placeOf(ask: CheckAsk): Screen = when (ask) {
    is CheckAsk.Compare -> Screen.Verify(ask.member)
    is CheckAsk.Tick -> Screen.InPerson
    CheckAsk.Group -> Screen.GroupCheck
}
