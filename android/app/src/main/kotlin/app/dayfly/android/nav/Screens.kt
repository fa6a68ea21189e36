package app.dayfly.android.nav

import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import app.dayfly.android.Graph
import app.dayfly.android.home.HomeRoute
import app.dayfly.android.invite.ByHandRoute
import app.dayfly.android.invite.InviteRoute
import app.dayfly.android.invite.ShortCodeRoute
import app.dayfly.android.join.JoinRoute
import app.dayfly.android.join.JoinScanRoute
import app.dayfly.android.join.LinksHelpRoute
import app.dayfly.android.network.DoctorRoute
import app.dayfly.android.network.NetworkRoute
import app.dayfly.android.open.NativeRoute
import app.dayfly.android.open.WebRoute
import app.dayfly.android.people.GroupCheckRoute
import app.dayfly.android.people.InPersonRoute
import app.dayfly.android.people.MemberRoute
import app.dayfly.android.people.MembersRoute
import app.dayfly.android.people.ReportRoute
import app.dayfly.android.people.RoomOptionsRoute
import app.dayfly.android.people.VerifyRoute
import app.dayfly.android.people.WaitingCheck
import app.dayfly.android.room.RoomRoute
import app.dayfly.android.settings.LicencesRoute
import app.dayfly.android.settings.PageRoute
import app.dayfly.android.settings.SettingsScreen
import app.dayfly.android.welcome.WelcomeRoute

/** Which composable a screen is: the only place that knows. */
@Composable
internal fun Screens(screen: Screen, graph: Graph, navigator: Navigator) {
    when (screen) {
        Screen.Welcome -> WelcomeRoute(graph, navigator)
        Screen.Home -> HomeOrRoom(graph, navigator)
        Screen.Join -> JoinRoute(graph, navigator)
        Screen.Opening -> JoinRoute(graph, navigator, opening = true)
        Screen.Scan -> JoinScanRoute(graph, navigator)
        Screen.LinksHelp -> LinksHelpRoute(navigator::back)
        Screen.OpenNative -> NativeRoute(graph, navigator)
        Screen.OpenWeb -> WebRoute(graph, navigator)
        Screen.Settings -> SettingsScreen({ navigator.go(Screen.SettingsPage(it)) }, navigator::back)
        is Screen.SettingsPage -> PageRoute(screen.page, graph, navigator)
        Screen.Licences -> LicencesRoute(null, navigator)
        is Screen.Licence -> LicencesRoute(screen.at, navigator)
        Screen.Members -> MembersRoute(graph, navigator)
        is Screen.Member -> MemberRoute(graph, navigator, screen.id)
        is Screen.Verify -> VerifyRoute(graph, navigator, screen.member)
        Screen.GroupCheck -> GroupCheckRoute(graph, navigator)
        Screen.InPerson -> InPersonRoute(graph, navigator)
        Screen.RoomOptions -> RoomOptionsRoute(graph, navigator)
        is Screen.Report -> ReportRoute(graph, navigator, screen.member, screen.message)
        Screen.Invite -> InviteRoute(graph, navigator)
        Screen.ShortCode -> ShortCodeRoute(graph, navigator)
        Screen.ByHand -> ByHandRoute(graph, navigator)
        Screen.Network -> NetworkRoute(graph, navigator)
        Screen.Doctor -> DoctorRoute(graph, navigator)
    }
    WaitingCheck(graph, navigator, screen)
}

/** Where one starts, or the room one is in: out of a room there is no way but to leave it. */
@Composable
private fun HomeOrRoom(graph: Graph, navigator: Navigator) {
    val room by graph.session.room.collectAsState()
    if (room == null) HomeRoute(graph, navigator) else RoomRoute(graph, navigator)
}
