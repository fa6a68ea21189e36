package app.dayfly.android.nav

import androidx.compose.runtime.saveable.SaveableStateRegistry
import androidx.lifecycle.ViewModel
import androidx.lifecycle.ViewModelStore
import androidx.lifecycle.ViewModelStoreOwner
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow

/**
 * The stack of screens. It lives as long as the activity's task is in memory, rotation included, and is
 * never written down: after the process was ended the app starts at its first screen.
 */
internal class Navigator(first: Screen) : ViewModel() {
    private var made = 0
    private val entries = MutableStateFlow(listOf(entry(first)))

    /** The screens, the one that is seen last. Never empty. */
    val stack: StateFlow<List<Entry>> = entries.asStateFlow()

    /** Shows [screen] on top; if it is there already, nothing happens. */
    fun go(screen: Screen) {
        if (entries.value.last().screen != screen) entries.value += entry(screen)
    }

    /** Shows [screen] in place of the one on top. */
    fun swap(screen: Screen) {
        val gone = entries.value.last()
        entries.value = entries.value.dropLast(1) + entry(screen)
        gone.viewModelStore.clear()
    }

    /** Back to the screen before. Of the first there is none. */
    fun back() {
        val all = entries.value
        if (all.size < 2) return
        entries.value = all.dropLast(1)
        all.last().viewModelStore.clear()
    }

    /** Back to [screen] if it is below, leaving what is above; else it alone. */
    fun backTo(screen: Screen) {
        val all = entries.value
        val at = all.indexOfLast { it.screen == screen }
        val kept = if (at >= 0) all.take(at + 1) else listOf(entry(screen))
        entries.value = kept
        (all - kept.toSet()).forEach { it.viewModelStore.clear() }
    }

    override fun onCleared() {
        entries.value.forEach { it.viewModelStore.clear() }
    }

    private fun entry(screen: Screen) = Entry(made++, screen)

    /**
     * A screen on the stack with what belongs to it: its view models, which end when it is left, and where
     * it was scrolled to. The latter is held here rather than in the activity's saved state, which the
     * system writes to disk.
     */
    class Entry(val id: Int, val screen: Screen) : ViewModelStoreOwner {
        override val viewModelStore = ViewModelStore()

        private var saved: Map<String, List<Any?>>? = null

        /** A registry that starts from what was held when the screen was last seen. */
        fun registry(): SaveableStateRegistry = SaveableStateRegistry(saved) { true }

        /** Holds what [registry] has. */
        fun hold(registry: SaveableStateRegistry) {
            saved = registry.performSave()
        }
    }
}
