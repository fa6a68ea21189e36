package app.dayfly.android.room

import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent
import android.net.Uri
import androidx.compose.material3.SnackbarDuration
import androidx.compose.material3.SnackbarHostState
import androidx.compose.material3.SnackbarResult
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.remember
import androidx.compose.runtime.rememberCoroutineScope
import androidx.compose.ui.platform.LocalContext
import androidx.lifecycle.viewmodel.compose.viewModel
import app.dayfly.android.Graph
import app.dayfly.android.R
import app.dayfly.android.nav.Navigator
import app.dayfly.android.nav.Screen
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MessageId
import app.dayfly.core.readMarkup
import kotlinx.coroutines.launch

/** The room's screen with what it needs. Draws nothing once the room was left. */
@Composable
internal fun RoomRoute(graph: Graph, navigator: Navigator) {
    val current by graph.session.room.collectAsState()
    val room = current ?: return
    // Held by the room, so that a draft outlives the activity and nothing outlives the room.
    val model = viewModel(graph.roomHold) { RoomViewModel(RoomTalk(room), hooks(graph)) }
    val ui by model.ui.collectAsState()
    val context = LocalContext.current
    val snackbar = remember { SnackbarHostState() }
    val scope = rememberCoroutineScope()
    val exits = remember(navigator, context) {
        Exits(navigator) { url ->
            if (!open(context, url)) {
                scope.launch {
                    snackbar.showSnackbar(context.getString(R.string.room_link_nobody))
                }
            }
        }
    }
    DisposableEffect(graph) {
        graph.phone.roomShown(true)
        onDispose { graph.phone.roomShown(false) }
    }
    LaunchedEffect(model) { model.toasts.collect { say(it, context, snackbar) } }
    val wanted by graph.roomHold.thread.collectAsState()
    LaunchedEffect(wanted) {
        wanted?.let(model::openThread)
        graph.roomHold.spoken()
    }
    RoomScreen(ui, model, exits, snackbar)
}

private fun hooks(graph: Graph) = RoomHooks(
    markup = ::readMarkup,
    copy = graph.phone.clipboard::copy,
    typing = { graph.settings.now.typing },
    receipts = { graph.settings.now.receipts },
    leave = graph.session::leave,
    wipe = graph.session::panic,
)

private class Exits(private val navigator: Navigator, private val openLink: (String) -> Unit) : RoomExits {
    override fun invite() = navigator.go(Screen.Invite)

    override fun members() = navigator.go(Screen.Members)

    override fun member(id: MemberId) = navigator.go(Screen.Member(id))

    override fun options() = navigator.go(Screen.RoomOptions)

    override fun network() = navigator.go(Screen.Network)

    override fun report(member: MemberId, message: MessageId) = navigator.go(Screen.Report(member, message))

    override fun open(url: String) = openLink(url)
}

/** Opens an address that the core let through in whatever app does that; false if there is none. */
private fun open(context: Context, url: String): Boolean = try {
    val view = if (url.startsWith("mailto:")) Intent.ACTION_SENDTO else Intent.ACTION_VIEW
    context.startActivity(Intent(view, Uri.parse(url)).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK))
    true
} catch (_: ActivityNotFoundException) {
    false
}

private suspend fun say(toast: Toast, context: Context, snackbar: SnackbarHostState) {
    val resources = context.resources
    val words = when (toast) {
        is Toast.Copied -> resources.getString(R.string.room_copied)
        is Toast.Wait -> resources.getString(R.string.room_wait, resources.duration(toast.seconds))
        is Toast.Sentence -> toast.sentence
    }
    val again = (toast as? Toast.Sentence)?.again
    val result = snackbar.showSnackbar(
        words,
        actionLabel = again?.let { resources.getString(R.string.room_try_again) },
        duration = if (again == null) SnackbarDuration.Short else SnackbarDuration.Long,
    )
    if (result == SnackbarResult.ActionPerformed) again?.invoke()
}
