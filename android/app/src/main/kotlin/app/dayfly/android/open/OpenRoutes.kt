package app.dayfly.android.open

import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.lifecycle.viewmodel.compose.viewModel
import app.dayfly.android.Graph
import app.dayfly.android.nav.Navigator
import app.dayfly.android.nav.Screen
import app.dayfly.android.settings.Page
import app.dayfly.core.KeyStoreException

/** The choices for a native room with what they need. */
@Composable
internal fun NativeRoute(graph: Graph, navigator: Navigator) {
    val settings = graph.settings.now
    val model = viewModel {
        NativeModel(settings.receipts, settings.route) { native, password, route, local ->
            graph.session.open(native, password) { it.copy(route = route, local = local) }
            navigator.swap(Screen.Opening)
        }
    }
    val ui by model.ui.collectAsState()
    // Asked anew whenever the screen is shown: the relay may have been set meanwhile.
    LaunchedEffect(Unit) {
        val relay =
            try {
                graph.secrets.load().relay
            } catch (_: KeyStoreException) {
                null
            }
        model.relay(relay != null)
    }
    NativeScreen(
        ui,
        object : NativeActions {
            override fun change(change: (NativeUi) -> NativeUi) = model.change(change)

            override fun open() = model.open()

            override fun back() = navigator.back()

            override fun relays() = navigator.go(Screen.SettingsPage(Page.CONNECTIONS))
        },
    )
}

/** The choices for a web room with what they need. */
@Composable
internal fun WebRoute(graph: Graph, navigator: Navigator) {
    val model = viewModel {
        WebModel { invite, password ->
            graph.session.enter(invite, password)
            navigator.swap(Screen.Opening)
        }
    }
    val ui by model.ui.collectAsState()
    WebScreen(
        ui,
        object : WebActions {
            override fun change(change: (WebUi) -> WebUi) = model.change(change)

            override fun choose(site: String, on: Boolean) = model.choose(site, on)

            override fun addSite() = model.addSite()

            override fun open() = model.open()

            override fun back() = navigator.back()
        },
    )
}
