package app.dayfly.android.people

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.lifecycle.ViewModel
import androidx.lifecycle.viewModelScope
import app.dayfly.android.R
import app.dayfly.android.session.Refusal
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.core.DayflyException
import app.dayfly.core.engine.ErrorKind
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch

/**
 * Asks a room for something and keeps what it refused until that was read. What was asked for goes on
 * when the screen turns, and ends when the screen is gone for good.
 */
internal abstract class Asking : ViewModel() {
    private val refused = MutableStateFlow<Refusal?>(null)

    /** What was refused last. */
    val refusal: StateFlow<Refusal?> = refused.asStateFlow()

    /** The refusal was read. */
    fun refusalRead() {
        refused.value = null
    }

    /** Asks; what is refused is told by [refusal], and [otherwise] is done then. */
    protected fun ask(otherwise: () -> Unit = {}, work: suspend () -> Unit): Job = viewModelScope.launch {
        try {
            refused.value = null
            work()
        } catch (refusal: DayflyException.Refused) {
            if (refusal.kind != ErrorKind.CANCELLED) refused.value = Refusal.of(refusal)
            otherwise()
        }
    }
}

/** What was refused, with what to try. */
@Composable
internal fun RefusalBanner(refusal: Refusal?, onRead: () -> Unit, modifier: Modifier = Modifier) {
    if (refusal == null) return
    Banner(
        BannerKind.PROBLEM,
        listOfNotNull(refusal.sentence, refusal.hint).joinToString(" "),
        modifier,
        onClose = onRead,
        closeLabel = stringResource(R.string.people_close),
    )
}
