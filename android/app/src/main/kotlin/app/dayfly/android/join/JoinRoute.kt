package app.dayfly.android.join

import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.res.stringResource
import androidx.lifecycle.viewmodel.compose.viewModel
import app.dayfly.android.Graph
import app.dayfly.android.R
import app.dayfly.android.nav.Navigator
import app.dayfly.android.nav.Screen
import app.dayfly.android.phone.Phone
import app.dayfly.android.scan.ScanRoute
import app.dayfly.android.session.Arrival
import app.dayfly.android.session.Stage
import app.dayfly.android.ui.ConfirmDialog

/**
 * The joining screen with what it needs; what waits at the door comes in here. [opening]: the way in was
 * begun elsewhere, and may be over before this is drawn.
 */
@Composable
internal fun JoinRoute(graph: Graph, navigator: Navigator, opening: Boolean = false) {
    val phone = graph.phone
    val model: JoinModel = viewModel {
        JoinModel(
            session = phone.session,
            name = { graph.settings.now.name },
            saveName = { name -> graph.settings.update { it.copy(name = name) } },
            opening = opening,
        )
    }
    val state by model.state.collectAsState()
    val waiting by phone.arrivals.waiting.collectAsState()
    LaunchedEffect(waiting) { if (waiting) phone.arrivals.take()?.let { model.look(it) } }
    LaunchedEffect(state) { if (state == JoinState.Done) navigator.backTo(Screen.Home) }

    val actions = object : JoinActions {
        override fun onBack() {
            model.cancel()
            navigator.back()
        }

        override fun onTyped(text: String) = model.typed(text)

        override fun onGo() = model.go()

        override fun onPaste() {
            phone.clipboard.paste()?.let { model.look(it) }
        }

        override fun onScan() = navigator.swap(Screen.Scan)

        override fun onCopyAnswer() {
            (state as? JoinState.ShowAnswer)?.let { phone.clipboard.copy(it.answer.text) }
        }

        override fun onLinksHelp() = navigator.go(Screen.LinksHelp)

        override fun onRestart() = model.restart()
    }
    JoinScreen(state, actions)
}

/** The scanner, as the way into a room: what it reads goes where links go. */
@Composable
internal fun JoinScanRoute(graph: Graph, navigator: Navigator) {
    ScanRoute(
        title = stringResource(R.string.scan_title),
        hint = stringResource(R.string.scan_hint),
        take = { text -> leadsSomewhere(text).also { if (it) arrive(graph.phone, navigator, text) } },
        onBack = navigator::back,
        onPaste = { navigator.swap(Screen.Join) },
    )
}

/**
 * What may come over any screen: something arrived from outside, or somebody in the room has another
 * password.
 */
@Composable
internal fun Arriving(graph: Graph, navigator: Navigator) {
    val phone = graph.phone
    val waiting by phone.arrivals.waiting.collectAsState()
    val coming by phone.session.coming.collectAsState()
    val settings by graph.settings.settings.collectAsState()
    // Before the terms were read nothing is joined; the link waits.
    LaunchedEffect(waiting, settings.terms) { if (waiting && settings.terms) navigator.go(Screen.Join) }
    when (val stage = coming?.stage) {
        is Stage.PasswordInDoubt ->
            ConfirmDialog(
                title = stringResource(R.string.join_doubt_title),
                text = stage.sentence,
                confirm = stringResource(R.string.join_doubt_again),
                onConfirm = phone.session::tryAgain,
                onDismiss = phone.session::cancel,
                dismiss = stringResource(R.string.join_doubt_stay),
            )
        is Stage.Password -> LaunchedEffect(Unit) { navigator.go(Screen.Join) }
        else -> Unit
    }
}

private fun arrive(phone: Phone, navigator: Navigator, text: String) {
    phone.arrivals.put(text)
    navigator.swap(Screen.Join)
}

private fun leadsSomewhere(text: String): Boolean {
    val read = Arrival.read(text)
    (read as? Arrival.ToRoom)?.invite?.close()
    return read !is Arrival.Unreadable
}
