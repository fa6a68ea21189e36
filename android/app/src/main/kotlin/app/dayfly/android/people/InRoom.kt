package app.dayfly.android.people

import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.lifecycle.ViewModelStore
import androidx.lifecycle.ViewModelStoreOwner
import app.dayfly.Room
import app.dayfly.android.Graph
import app.dayfly.android.nav.Navigator
import app.dayfly.android.nav.Screen
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch

/**
 * What goes on in a room whichever screen is seen, and ends with the room: a short code that is still
 * being typed elsewhere, and with whom somebody wants to speak alone. It keeps nothing of a room that was
 * left.
 */
internal class RoomHold(scope: CoroutineScope, room: StateFlow<Room?>) : ViewModelStoreOwner {
    private val wanted = MutableStateFlow<String?>(null)

    override val viewModelStore = ViewModelStore()

    /** The member with whom somebody asked to speak alone, until the room's screen has opened that. */
    val thread: StateFlow<String?> = wanted.asStateFlow()

    init {
        scope.launch {
            room.collect {
                if (it == null) {
                    viewModelStore.clear()
                    wanted.value = null
                }
            }
        }
    }

    /** Asks the room's screen to open the direct conversation with [member]. */
    fun speakTo(member: String) {
        wanted.value = member
    }

    /** That was done. */
    fun spoken() {
        wanted.value = null
    }
}

/** Back to where the room is drawn. */
internal fun Navigator.toRoom() = backTo(Screen.Home)

/** Draws what belongs to the room there is. When it is over, its own screen says why; without one it is home. */
@Composable
internal fun InRoom(graph: Graph, navigator: Navigator, content: @Composable (Room) -> Unit) {
    val room by graph.session.room.collectAsState()
    val now = room
    if (now == null) {
        LaunchedEffect(Unit) { navigator.backTo(Screen.Home) }
        return
    }
    key(now) {
        val state by now.state.collectAsState()
        LaunchedEffect(state.ended != null) { if (state.ended != null) navigator.toRoom() }
        content(now)
    }
}
