package app.dayfly.android.network

import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.lifecycle.viewmodel.compose.viewModel
import app.dayfly.android.Graph
import app.dayfly.android.nav.Navigator
import app.dayfly.android.nav.Screen
import app.dayfly.android.people.InRoom
import app.dayfly.core.DayflyException
import app.dayfly.core.engine.DoctorOptions
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.engine.Route

// The network's screens with what they need.

/** The network in words. */
@Composable
internal fun NetworkRoute(graph: Graph, navigator: Navigator) = InRoom(graph, navigator) { room ->
    val model = viewModel {
        NetworkModel(room, graph.phone.online) {
            try {
                val options = graph.phone.roomOptions()
                Ways(options.route ?: Route.AUTOMATIC, options.hasRelay)
            } catch (_: DayflyException) {
                // The relay's password does not open just now: what matters here is not in it.
                Ways(graph.settings.now.route, hasRelay = true)
            }
        }
    }
    val state by model.state.collectAsState()
    NetworkScreen(
        state,
        object : NetworkActions {
            override fun back() = navigator.back()

            override fun doctor() = navigator.go(Screen.Doctor)
        },
    )
}

/** A relay is among what these options name. */
private val RoomOptions.hasRelay: Boolean
    get() = iceServers.orEmpty().any { it.url.startsWith("turn", ignoreCase = true) } || relayConfig != null

/** What this network allows: by the room's servers, or by those of the settings where there is no room. */
@Composable
internal fun DoctorRoute(graph: Graph, navigator: Navigator) {
    val model = viewModel {
        DoctorModel({ graph.session.core() }) {
            val options = graph.phone.roomOptions()
            val room = graph.session.room.value
            val met = room?.state?.value?.rendezvous.orEmpty().filter { it.backend == "tracker" }
            DoctorOptions(
                trackers = met.mapNotNull { it.url }.ifEmpty { options.trackers },
                iceServers = options.iceServers,
                proxy = options.proxy,
            )
        }
    }
    val state by model.state.collectAsState()
    val refusal by model.refusal.collectAsState()
    var copied by remember { mutableStateOf(false) }
    DoctorScreen(
        state,
        refusal,
        copied,
        object : DoctorActions {
            override fun back() = navigator.back()

            override fun start() = model.start()

            override fun stop() = model.stop()

            override fun copy(text: String) {
                graph.phone.clipboard.copy(text)
                copied = true
            }

            override fun refusalRead() = model.refusalRead()
        },
    )
}
