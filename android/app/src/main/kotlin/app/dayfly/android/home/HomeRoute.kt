package app.dayfly.android.home

import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.lifecycle.viewmodel.compose.viewModel
import app.dayfly.android.Graph
import app.dayfly.android.nav.Navigator
import app.dayfly.android.nav.Screen

/** Home with what it needs. */
@Composable
internal fun HomeRoute(graph: Graph, navigator: Navigator) {
    val phone = graph.phone
    val model = viewModel { HomeModel(phone.session, phone.roomWasLost, graph.settings::now) }
    val ui by model.ui.collectAsState()
    HomeScreen(
        ui,
        object : HomeActions {
            override fun openNative() {
                model.openNative()
                navigator.go(Screen.Opening)
            }

            override fun openNativeWith() = navigator.go(Screen.OpenNative)

            override fun openWeb() {
                model.openWeb()
                navigator.go(Screen.Opening)
            }

            override fun openWebWith() = navigator.go(Screen.OpenWeb)

            override fun scan() = navigator.go(Screen.Scan)

            override fun paste() {
                val text = phone.clipboard.paste()
                // What waits at the door is looked at on the joining screen, whatever brought it.
                if (text.isNullOrBlank()) model.nothingPasted() else phone.arrivals.put(text)
            }

            override fun code() = navigator.go(Screen.Join)

            override fun settings() = navigator.go(Screen.Settings)

            override fun understood() = model.understood()
        },
    )
}
