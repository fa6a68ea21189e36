package app.dayfly.android.settings

import android.net.Uri
import androidx.compose.runtime.Immutable
import androidx.lifecycle.ViewModel
import androidx.lifecycle.viewModelScope
import app.dayfly.android.phone.KeptStore
import app.dayfly.core.DayflyException
import app.dayfly.core.KeptIdentity
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.io.IOException

/** The kept identity as its page shows it. */
@Immutable
internal data class IdentityUi(
    /** There is one; its [did] is known once the device's key store opened it. */
    val exists: Boolean = false,
    val did: String? = null,
    val busy: Boolean = false,
    val asks: Ask? = null,
    val problem: Problem? = null,
    /** The core's sentence where it refused. */
    val sentence: String? = null,
    /** It was written where the person said. */
    val exported: Boolean = false,
) {
    /** What is asked before something is done. */
    enum class Ask { EXPORT, IMPORT, DELETE }

    /** What went wrong. */
    enum class Problem { FILE, REFUSED }
}

/** What can be done about the kept identity. */
internal interface IdentityActions {
    fun create()

    fun copy(did: String)

    fun ask(ask: IdentityUi.Ask)

    fun chooseImport()

    fun passphrase(passphrase: String)

    fun delete()

    fun dismiss()

    fun back()
}

/** Makes, shows, exports, imports and deletes the kept identity. A passphrase is handed on and forgotten. */
internal class IdentityModel(private val kept: KeptStore, private val documents: Documents) : ViewModel() {
    private val state = MutableStateFlow(IdentityUi(exists = kept.exists()))
    val ui: StateFlow<IdentityUi> = state.asStateFlow()

    private var picked: ByteArray? = null
    private var pending = ""
    private var job: Job? = null

    init {
        if (kept.exists()) work { show() }
    }

    fun create() = work {
        withContext(Dispatchers.Default) { KeptIdentity.create() }.use { kept.keep(it) }
        show()
    }

    fun ask(ask: IdentityUi.Ask) = state.update { it.copy(asks = ask, problem = null, exported = false) }

    fun dismiss() {
        picked = null
        pending = ""
        state.update { it.copy(asks = null, problem = null, sentence = null, exported = false) }
    }

    /** A file was picked that is to be taken over: what protects it is asked next. */
    fun pick(uri: Uri) = work {
        val bytes = documents.read(uri, MAX_EXPORT)
        picked = bytes
        state.update {
            if (bytes == null) it.copy(problem = IdentityUi.Problem.FILE) else it.copy(asks = IdentityUi.Ask.IMPORT)
        }
    }

    /** Takes over the file that was picked. */
    fun import(passphrase: String) {
        val bytes = picked ?: return
        picked = null
        work {
            KeptIdentity.readExport(bytes, passphrase).use { kept.keep(it) }
            show()
        }
    }

    /** Holds [passphrase] until the person has said where the export goes. */
    fun prepare(passphrase: String) {
        pending = passphrase
        state.update { it.copy(asks = null) }
    }

    /** Writes the export to [uri], or nowhere if the person thought better of it. */
    fun export(uri: Uri?) {
        val passphrase = pending
        pending = ""
        if (uri == null) return
        work {
            val blob = kept.open()?.use { it.export(passphrase) } ?: return@work
            val written = documents.write(uri, blob)
            state.update {
                if (written) it.copy(exported = true) else it.copy(problem = IdentityUi.Problem.FILE)
            }
        }
    }

    fun delete() = work {
        kept.forget()
        state.value = IdentityUi()
    }

    private suspend fun show() {
        val did = kept.open()?.use { it.did() }
        state.update { it.copy(exists = did != null, did = did) }
    }

    private fun work(work: suspend () -> Unit) {
        job?.cancel()
        job =
            viewModelScope.launch {
                state.update {
                    it.copy(busy = true, asks = null, problem = null, sentence = null, exported = false)
                }
                try {
                    work()
                } catch (refused: DayflyException.Refused) {
                    state.update { it.copy(problem = IdentityUi.Problem.REFUSED, sentence = refused.sentence) }
                } catch (_: IOException) {
                    state.update { it.copy(problem = IdentityUi.Problem.FILE) }
                }
                state.update { it.copy(busy = false) }
            }
    }

    private companion object {
        /** No export is longer. */
        const val MAX_EXPORT = 4096
    }
}
