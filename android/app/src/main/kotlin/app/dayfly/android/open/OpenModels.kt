package app.dayfly.android.open

import androidx.lifecycle.ViewModel
import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.engine.Route
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import java.net.URLEncoder

/** The choices for a new native room; [start] opens it. */
internal class NativeModel(
    receipts: Boolean,
    route: Route,
    private val start: (NativeOptions, String?, Route, Boolean) -> Unit,
) : ViewModel() {
    private val state = MutableStateFlow(NativeUi(receipts = receipts, route = route))
    val ui: StateFlow<NativeUi> = state.asStateFlow()

    fun change(change: (NativeUi) -> NativeUi) = state.update { change(it).copy(problem = null) }

    /** Whether there is a relay to go through. */
    fun relay(there: Boolean) = state.update { it.copy(hasRelay = there) }

    fun open() {
        val chosen = state.value
        val options =
            NativeOptions(
                history = chosen.history.policy,
                title = chosen.title.trim(),
                expireSeconds = chosen.expire.seconds,
                receipts = chosen.receipts,
            )
        start(options, chosen.password.ifEmpty { null }, chosen.route, chosen.local)
    }
}

/** The choices for a new web room; [start] enters it. */
internal class WebModel(private val start: (Invite, String?) -> Unit) : ViewModel() {
    private val state = MutableStateFlow(WebUi())
    val ui: StateFlow<WebUi> = state.asStateFlow()

    fun change(change: (WebUi) -> WebUi) = state.update { before ->
        val after = change(before).copy(problem = null)
        // A name of one's own is one page's address: it stands on one site.
        val one = after.named && after.chosen.size > 1
        after.copy(
            name = after.name.take(MAX_NAME),
            chosen = if (one) setOf(after.sites.first { it in after.chosen }) else after.chosen,
            draftProblem = if (after.draft == before.draft) after.draftProblem else null,
        )
    }

    fun choose(site: String, on: Boolean) = change {
        when {
            it.named -> it.copy(chosen = setOf(site))
            on -> it.copy(chosen = it.chosen + site)
            else -> it.copy(chosen = it.chosen - site)
        }
    }

    fun addSite() {
        val typed = state.value.draft.trim().trimEnd('/')
        if (typed.isEmpty()) return
        val site = if ("://" in typed) typed else "https://$typed"
        try {
            Invite.newWebRoom(listOf(site), null).close()
        } catch (refused: DayflyException.Refused) {
            state.update { it.copy(draftProblem = refused.sentence) }
            return
        }
        change { it.copy(sites = (it.sites + site).distinct(), draft = "") }
        choose(site, true)
    }

    fun open() {
        val chosen = state.value
        val password = chosen.password.takeIf { chosen.private }
        try {
            start(invite(chosen, password), password.takeIf { chosen.named })
        } catch (refused: DayflyException.Refused) {
            state.update { it.copy(problem = refused.sentence) }
        }
    }

    private fun invite(chosen: WebUi, password: String?): Invite {
        if (!chosen.named) return Invite.newWebRoom(chosen.sites.filter { it in chosen.chosen }, password)
        val name = URLEncoder.encode(chosen.name.trim(), Charsets.UTF_8.name()).replace("+", "%20")
        val access = if (password == null) "public" else "private"
        return Invite.parse("${chosen.chosen.first()}/$access/$name")
    }

    private companion object {
        const val MAX_NAME = 64
    }
}
