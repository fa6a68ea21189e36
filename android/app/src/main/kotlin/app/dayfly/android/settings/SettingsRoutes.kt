package app.dayfly.android.settings

import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.provider.Settings.ACTION_APP_NOTIFICATION_SETTINGS
import android.provider.Settings.EXTRA_APP_PACKAGE
import androidx.activity.compose.LocalActivity
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.ActivityResultLauncher
import androidx.activity.result.contract.ActivityResultContracts.CreateDocument
import androidx.activity.result.contract.ActivityResultContracts.OpenDocument
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.produceState
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.platform.LocalContext
import androidx.lifecycle.viewmodel.compose.viewModel
import app.dayfly.android.BuildConfig
import app.dayfly.android.Graph
import app.dayfly.android.nav.Navigator
import app.dayfly.android.nav.Screen
import app.dayfly.android.theme.hasDynamicColour
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

// The pages of the settings with what they need of the process and of the system.

/** One page of the settings. */
@Composable
internal fun PageRoute(page: Page, graph: Graph, navigator: Navigator) {
    val settings by graph.settings.settings.collectAsState()
    val change: Change = graph.settings::update
    val back = navigator::back
    when (page) {
        Page.YOU -> YouPage(settings, change, back)
        Page.IDENTITY -> IdentityRoute(settings, change, graph, navigator)
        Page.CONNECTIONS -> ConnectionsRoute(settings, change, graph, navigator)
        Page.NOTICES -> NoticesRoute(settings, change, graph, navigator)
        Page.LOOK -> LookRoute(settings, change, navigator)
        Page.PRIVACY -> PrivacyPage(settings, change, back)
        Page.KEPT -> KeptRoute(graph, navigator)
        Page.CONTACTED -> ContactedPage(back)
        Page.ABOUT ->
            AboutPage(
                version = BuildConfig.VERSION_NAME,
                build = BuildConfig.BUILD,
                onLicences = { navigator.go(Screen.Licences) },
                onBack = back,
            )
    }
}

@Composable
private fun NoticesRoute(settings: Settings, change: Change, graph: Graph, navigator: Navigator) {
    val context = LocalContext.current
    NoticesPage(
        settings,
        change,
        onPlay = { graph.phone.sounds.play(it) },
        onSystem = { context.openNotificationSettings() },
        onBack = navigator::back,
    )
}

private fun Context.openNotificationSettings() {
    try {
        startActivity(Intent(ACTION_APP_NOTIFICATION_SETTINGS).putExtra(EXTRA_APP_PACKAGE, packageName))
    } catch (_: ActivityNotFoundException) {
        // A system without that page has no such settings.
    }
}

@Composable
private fun LookRoute(settings: Settings, change: Change, navigator: Navigator) {
    val context = LocalContext.current
    val activity = LocalActivity.current
    var language by remember { mutableStateOf(Languages.chosen(context)) }
    LookPage(
        settings,
        change,
        dynamic = hasDynamicColour,
        language = language,
        languages = remember { Languages.all.map { it to Languages.name(it) } },
        onLanguage = {
            language = it
            if (Languages.choose(context, it)) activity?.recreate()
        },
        onBack = navigator::back,
    )
}

@Composable
private fun ConnectionsRoute(settings: Settings, change: Change, graph: Graph, navigator: Navigator) {
    val model = viewModel { ConnectionsModel(graph.settings, graph.secrets) }
    val ui by model.ui.collectAsState()
    ConnectionsPage(
        settings,
        change,
        ui,
        object : ConnectionsActions {
            override fun change(change: (ConnectionsUi) -> ConnectionsUi) = model.change(change)

            override fun keep() = model.keep()

            override fun forget() = model.forget()

            override fun back() = navigator.back()
        },
    )
}

@Composable
private fun IdentityRoute(settings: Settings, change: Change, graph: Graph, navigator: Navigator) {
    val model = viewModel { IdentityModel(graph.phone.kept, Documents(graph.app.contentResolver)) }
    val ui by model.ui.collectAsState()
    val create = rememberLauncherForActivityResult(CreateDocument(BINARY)) { model.export(it) }
    val open = rememberLauncherForActivityResult(OpenDocument()) { uri -> if (uri != null) model.pick(uri) }
    IdentityPage(
        ui,
        settings.showKept,
        { on -> change { it.copy(showKept = on) } },
        object : IdentityActions {
            override fun create() = model.create()

            override fun copy(did: String) = graph.phone.clipboard.copy(did)

            override fun ask(ask: IdentityUi.Ask) = model.ask(ask)

            override fun chooseImport() = open.start(arrayOf("*/*"))

            override fun passphrase(passphrase: String) {
                if (ui.asks == IdentityUi.Ask.IMPORT) {
                    model.import(passphrase)
                } else {
                    model.prepare(passphrase)
                    create.start(IDENTITY_FILE)
                }
            }

            override fun delete() = model.delete()

            override fun dismiss() = model.dismiss()

            override fun back() = navigator.back()
        },
    )
}

@Composable
private fun KeptRoute(graph: Graph, navigator: Navigator) {
    val model =
        viewModel {
            KeptModel(graph.settings, graph.secrets, graph.phone.kept, Documents(graph.app.contentResolver))
        }
    val ui by model.ui.collectAsState()
    val create = rememberLauncherForActivityResult(CreateDocument(JSON)) { uri: Uri? ->
        if (uri != null) model.export(uri)
    }
    val open = rememberLauncherForActivityResult(OpenDocument()) { uri -> if (uri != null) model.import(uri) }
    KeptPage(
        ui,
        object : KeptActions {
            override fun export() = create.start(SETTINGS_FILE)

            override fun import() = open.start(arrayOf(JSON, "application/octet-stream", "text/plain"))

            override fun ask() = model.ask()

            override fun delete() = model.delete()

            override fun dismiss() = model.dismiss()

            override fun back() = navigator.back()
        },
    )
}

/** Opens the system's picker, where there is one. */
private fun <I> ActivityResultLauncher<I>.start(input: I) {
    try {
        launch(input)
    } catch (_: ActivityNotFoundException) {
        // A system without a picker has no files to pick.
    }
}

/** All licences, or the words of one. */
@Composable
internal fun LicencesRoute(at: Int?, navigator: Navigator) {
    val resources = LocalContext.current.resources
    val licences by produceState<Licences?>(null) {
        value = withContext(Dispatchers.IO) { Licences.read(resources) }
    }
    val all = licences
    if (at == null) {
        LicencesPage(all?.parts.orEmpty(), { navigator.go(Screen.Licence(it)) }, navigator::back)
    } else if (all != null) {
        LicencePage(all.parts[at], all.texts(all.parts[at]), navigator::back)
    }
}

private const val JSON = "application/json"
private const val BINARY = "application/octet-stream"
private const val SETTINGS_FILE = "dayfly-settings.json"
private const val IDENTITY_FILE = "dayfly-identity"
