package app.dayfly.android.invite

import android.content.Context
import android.content.Intent
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.platform.LocalConfiguration
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.lifecycle.viewmodel.compose.viewModel
import app.dayfly.Room
import app.dayfly.android.Graph
import app.dayfly.android.R
import app.dayfly.android.nav.Navigator
import app.dayfly.android.nav.Screen
import app.dayfly.android.people.InRoom
import app.dayfly.android.people.Scanning
import app.dayfly.core.manualHalf
import app.dayfly.core.proto.CodeLanguage
import app.dayfly.core.proto.ManualHalf

// The ways to invite with what they need. A link leaves the app only here, when it is shared or copied.

/** The room's invite. */
@Composable
internal fun InviteRoute(graph: Graph, navigator: Navigator) = InRoom(graph, navigator) { room ->
    val short = shortCode(graph, room)
    val model = viewModel { InviteModel(room, short.state) }
    val state by model.state.collectAsState()
    val refusal by model.refusal.collectAsState()
    val context = LocalContext.current
    var copied by remember { mutableStateOf(false) }
    InviteScreen(
        state,
        refusal,
        copied,
        object : InviteActions {
            override fun back() = navigator.back()

            override fun show(link: InviteLink) = model.show(link)

            override fun share(link: InviteLink) = share(context, link.text)

            override fun copy(link: InviteLink) {
                graph.phone.clipboard.copy(link.text)
                copied = true
            }

            override fun shortCode() = navigator.go(Screen.ShortCode)

            override fun byHand() = navigator.go(Screen.ByHand)

            override fun roomOptions() = navigator.go(Screen.RoomOptions)

            override fun refusalRead() = model.refusalRead()
        },
    )
}

/** The room's short code, which lives as long as the room. */
@Composable
private fun shortCode(graph: Graph, room: Room): ShortCodeModel {
    val locale = LocalConfiguration.current.locales[0]
    return viewModel(graph.roomHold) { ShortCodeModel(room, locale) }
}

/** A code to read aloud. */
@Composable
internal fun ShortCodeRoute(graph: Graph, navigator: Navigator) = InRoom(graph, navigator) { room ->
    val model = shortCode(graph, room)
    val state by model.state.collectAsState()
    val refusal by model.refusal.collectAsState()
    ShortCodeScreen(
        state,
        refusal,
        object : ShortCodeActions {
            override fun back() = navigator.back()

            override fun choose(language: CodeLanguage) = model.choose(language)

            override fun make() = model.make()

            override fun stop() = model.stop()

            override fun again() = model.again()

            override fun invite() = navigator.backTo(Screen.Invite)

            override fun refusalRead() = model.refusalRead()
        },
    )
}

/** An exchange by hand. */
@Composable
internal fun ByHandRoute(graph: Graph, navigator: Navigator) = InRoom(graph, navigator) { room ->
    val model = viewModel { ByHandModel(room) }
    val state by model.state.collectAsState()
    val refusal by model.refusal.collectAsState()
    val context = LocalContext.current
    var scanning by remember { mutableStateOf(false) }
    if (scanning) {
        Scanning(
            stringResource(R.string.manual_scan),
            stringResource(R.string.manual_step_2_text),
            take = { text ->
                val wanted = manualHalf(text) == ManualHalf.ANSWER
                if (wanted) {
                    scanning = false
                    model.answer(text)
                }
                wanted
            },
            onBack = { scanning = false },
        )
        return@InRoom
    }
    ByHandScreen(
        state,
        refusal,
        object : ByHandActions {
            override fun back() = navigator.back()

            override fun scan() {
                scanning = true
            }

            override fun paste() {
                graph.phone.clipboard.paste()?.let(model::answer)
            }

            override fun share(text: String) = share(context, text)

            override fun offer() = model.offer()

            override fun refusalRead() = model.refusalRead()
        },
    )
}

/** Lets a person choose the app that gets [text]. */
private fun share(context: Context, text: String) {
    val intent = Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, text)
    context.startActivity(Intent.createChooser(intent, null))
}
