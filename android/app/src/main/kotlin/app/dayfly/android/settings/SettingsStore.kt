package app.dayfly.android.settings

import android.util.AtomicFile
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import java.io.File
import java.io.IOException

/**
 * The settings, in one small file of the app's own that no backup takes. They are read once, at the start,
 * and written whole whenever one changes; a write that fails leaves the file before. There is no file
 * until something is set.
 */
internal class SettingsStore(directory: File) {
    private val file = AtomicFile(File(directory, NAME))
    private val current = MutableStateFlow(load())

    /** The settings as they are and become. */
    val settings: StateFlow<Settings> = current.asStateFlow()

    /** The settings now. */
    val now: Settings
        get() = current.value

    /** Changes what [change] changes. */
    @Synchronized
    fun update(change: (Settings) -> Settings) {
        val changed = change(current.value)
        if (changed == current.value) return
        current.value = changed
        save(changed)
    }

    /** Forgets everything that was set, but not that the terms were accepted. */
    @Synchronized
    fun reset() {
        file.delete()
        current.value = Settings()
        update { it.copy(termsAccepted = Settings.TERMS) }
    }

    private fun load(): Settings = try {
        SettingsFile.read(file.readFully().decodeToString()) ?: Settings()
    } catch (_: IOException) {
        Settings()
    }

    private fun save(settings: Settings) {
        val out =
            try {
                file.startWrite()
            } catch (_: IOException) {
                // A full disk: the setting holds until the process ends.
                return
            }
        try {
            out.write(SettingsFile.write(settings).encodeToByteArray())
            file.finishWrite(out)
        } catch (_: IOException) {
            file.failWrite(out)
        }
    }

    private companion object {
        const val NAME = "settings.json"
    }
}
