package app.dayfly.android.phone

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow

/**
 * What came from outside and waits to be looked at: one text at most, in memory alone. It is taken once;
 * a newer one replaces it. It refuses to look at it: that is `session/Arrival.kt`'s.
 */
internal class Arrivals {
    private var text: String? = null
    private val someWaits = MutableStateFlow(false)

    /** Whether there is something to [take]. */
    val waiting: StateFlow<Boolean> = someWaits.asStateFlow()

    /** Puts down [arrived] for whoever is on the screen. */
    @Synchronized
    fun put(arrived: String) {
        text = arrived
        someWaits.value = true
    }

    /** Gives what waits, and forgets it. */
    @Synchronized
    fun take(): String? = text.also {
        text = null
        someWaits.value = false
    }
}
