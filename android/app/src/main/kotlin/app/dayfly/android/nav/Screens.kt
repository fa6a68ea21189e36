package app.dayfly.android.nav

import androidx.compose.runtime.Composable
import app.dayfly.android.Graph
import app.dayfly.android.home.HomeRoute
import app.dayfly.android.join.JoinRoute
import app.dayfly.android.join.JoinScanRoute
import app.dayfly.android.join.LinksHelpRoute
import app.dayfly.android.open.NativeRoute
import app.dayfly.android.open.WebRoute
import app.dayfly.android.settings.LicencesRoute
import app.dayfly.android.settings.PageRoute
import app.dayfly.android.settings.SettingsScreen
import app.dayfly.android.welcome.WelcomeRoute

/** Which composable a screen is: the only place that knows. */
@Composable
internal fun Screens(screen: Screen, graph: Graph, navigator: Navigator) {
    when (screen) {
        Screen.Welcome -> WelcomeRoute(graph, navigator)
        Screen.Home -> HomeRoute(graph, navigator)
        Screen.Join -> JoinRoute(graph, navigator)
        Screen.Scan -> JoinScanRoute(graph, navigator)
        Screen.LinksHelp -> LinksHelpRoute(navigator::back)
        Screen.OpenNative -> NativeRoute(graph, navigator)
        Screen.OpenWeb -> WebRoute(graph, navigator)
        Screen.Settings -> SettingsScreen({ navigator.go(Screen.SettingsPage(it)) }, navigator::back)
        is Screen.SettingsPage -> PageRoute(screen.page, graph, navigator)
        Screen.Licences -> LicencesRoute(null, navigator)
        is Screen.Licence -> LicencesRoute(screen.at, navigator)
    }
}
