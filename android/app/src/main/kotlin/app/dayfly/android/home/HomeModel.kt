package app.dayfly.android.home

import androidx.lifecycle.ViewModel
import app.dayfly.android.session.Session
import app.dayfly.android.settings.Settings
import app.dayfly.core.Invite
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.proto.HistoryPolicy
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update

/** What Home shows, and rooms opened with one tap: with the defaults of the pages behind "options". */
internal class HomeModel(private val session: Session, lost: Boolean, private val settings: () -> Settings) :
    ViewModel() {
    private val state = MutableStateFlow(HomeUi(lost = lost && !told))
    val ui: StateFlow<HomeUi> = state.asStateFlow()

    fun openNative() = session.open(NativeOptions(HistoryPolicy.Members, receipts = settings().receipts))

    fun openWeb() = session.enter(Invite.newWebRoom(emptyList(), null))

    fun nothingPasted() = state.update { it.copy(nothingPasted = true) }

    fun understood() {
        told = true
        state.update { it.copy(lost = false, nothingPasted = false) }
    }

    private companion object {
        /** That a room was lost is said once in the life of the process. */
        var told = false
    }
}
