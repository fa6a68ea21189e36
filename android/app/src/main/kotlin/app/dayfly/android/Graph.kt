package app.dayfly.android

import android.app.Application
import app.dayfly.android.phone.Phone
import app.dayfly.android.session.Session
import app.dayfly.android.settings.Secrets
import app.dayfly.android.settings.SettingsStore
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import java.io.File

/**
 * What lives as long as the process, made by hand and when it is first asked for. Every part takes what it
 * needs as arguments, so tests make parts without a graph.
 */
internal class Graph(val app: Application) {
    /** For what outlives every screen. It ends with the process. */
    val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)

    /** A directory of the app's own that no backup takes: all files of the app are in it. */
    val files: File by lazy { app.noBackupFilesDir }

    val settings: SettingsStore by lazy { SettingsStore(files) }

    /** The room and everything the system has to be told of it. */
    val phone: Phone by lazy { Phone(app, scope, files, settings) { Secrets() } }

    val session: Session
        get() = phone.session
}
