package app.dayfly.android.settings

import androidx.lifecycle.ViewModel
import androidx.lifecycle.viewModelScope
import app.dayfly.core.KeyStoreException
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch

/** What is typed on the page of connections, until it is kept. */
internal class ConnectionsModel(private val settings: SettingsStore, private val secrets: SecretsStore) : ViewModel() {
    private val state = MutableStateFlow(ConnectionsUi(trackers = settings.now.trackers.joinToString("\n")))
    val ui: StateFlow<ConnectionsUi> = state.asStateFlow()

    /** What comes late does not replace what was typed meanwhile. */
    private val loading = viewModelScope.launch {
        try {
            val kept = secrets.load()
            state.update { if (it.changed) it else it.showing(kept) }
        } catch (_: KeyStoreException) {
            state.update { it.copy(problem = ConnectionsProblem.NOT_OPENED) }
        }
    }

    fun change(change: (ConnectionsUi) -> ConnectionsUi) =
        state.update { change(it).copy(changed = true, problem = null) }

    fun keep() {
        val typed = state.value
        val trackers = typed.trackers.split('\n', ' ', ',').map { it.trim() }.filter { it.isNotEmpty() }
        val problem =
            when {
                !isRelay(typed.relayUrl.trim()) -> ConnectionsProblem.RELAY
                !isProxy(typed.proxy.trim()) -> ConnectionsProblem.PROXY
                !trackers.all { isTracker(it) } -> ConnectionsProblem.TRACKER
                else -> null
            }
        if (problem != null) {
            state.update { it.copy(problem = problem) }
            return
        }
        settings.update { it.copy(trackers = trackers) }
        val url = typed.relayUrl.trim()
        val relay = if (url.isEmpty()) null else OwnRelay(url, typed.relayUser.trim(), typed.relayPassword)
        viewModelScope.launch {
            loading.join()
            val refused =
                try {
                    secrets.save(Secrets(relay, typed.proxy.trim()))
                    null
                } catch (_: KeyStoreException) {
                    ConnectionsProblem.NOT_SEALED
                }
            state.update { it.copy(changed = false, problem = refused) }
        }
    }

    fun forget() {
        viewModelScope.launch {
            secrets.forget()
            state.update { it.showing(Secrets()) }
        }
    }

    private fun ConnectionsUi.showing(secrets: Secrets) = copy(
        relayUrl = secrets.relay?.url.orEmpty(),
        relayUser = secrets.relay?.username.orEmpty(),
        relayPassword = secrets.relay?.password.orEmpty(),
        proxy = secrets.proxy,
        changed = false,
        problem = null,
    )

    companion object {
        private val RELAY =
            Regex(
                "turns?:[^\\s/:]+(:\\d{1,5})?(\\?transport=(udp|tcp))?|turns?:\\[[0-9a-fA-F:.]+](:\\d{1,5})?(\\?transport=(udp|tcp))?",
            )
        private val PROXY = Regex("(socks5h?|http)://\\S+:\\d{1,5}/?")
        private val TRACKER = Regex("wss://[^\\s]+")

        /** Empty, or an address of a relay as the core takes it; the core says more when it is used. */
        fun isRelay(url: String) = url.isEmpty() || RELAY.matches(url)

        /** Empty, or an address of a proxy. */
        fun isProxy(url: String) = url.isEmpty() || PROXY.matches(url)

        /** An address of a tracker. */
        fun isTracker(url: String) = TRACKER.matches(url)
    }
}
