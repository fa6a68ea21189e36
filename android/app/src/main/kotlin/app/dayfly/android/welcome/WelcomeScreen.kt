package app.dayfly.android.welcome

import androidx.annotation.DrawableRes
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Scaffold
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.LineBreak
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.dayfly.android.Graph
import app.dayfly.android.R
import app.dayfly.android.nav.Navigator
import app.dayfly.android.nav.Screen
import app.dayfly.android.settings.Page
import app.dayfly.android.settings.Settings
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.FootBar
import app.dayfly.android.ui.Mayfly
import app.dayfly.android.ui.Pict
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.QuietButton
import app.dayfly.android.ui.Sky
import app.dayfly.android.ui.faint

// The first screen, seen once: what this is, what it keeps, what it does not protect against, and the
// terms. It is one page, so that nothing of it is behind a second one.

@Composable
internal fun WelcomeRoute(graph: Graph, navigator: Navigator) {
    WelcomeScreen(
        onAccept = {
            graph.settings.update { it.copy(termsAccepted = Settings.TERMS) }
            navigator.swap(Screen.Home)
        },
        onContacted = { navigator.go(Screen.SettingsPage(Page.CONTACTED)) },
    )
}

@Composable
internal fun WelcomeScreen(onAccept: () -> Unit, onContacted: () -> Unit) {
    Scaffold(
        bottomBar = {
            FootBar { PrimaryButton(stringResource(R.string.welcome_accept), onAccept, Modifier.fillMaxWidth()) }
        },
        contentWindowInsets = WindowInsets(0),
    ) { padding ->
        Column(
            Modifier.fillMaxSize().padding(padding).verticalScroll(rememberScrollState()),
            horizontalAlignment = Alignment.CenterHorizontally,
        ) {
            Sky {
                Column(
                    Modifier
                        .windowInsetsPadding(WindowInsets.safeDrawing)
                        .padding(horizontal = Space.page)
                        .padding(top = Space.huge, bottom = Space.page),
                    horizontalAlignment = Alignment.CenterHorizontally,
                ) {
                    Mayfly(Modifier.size(120.dp))
                    Text(
                        stringResource(R.string.app_name),
                        Modifier.semantics { heading() },
                        style = MaterialTheme.typography.displayMedium,
                    )
                    Text(
                        stringResource(R.string.motto),
                        style = MaterialTheme.typography.bodyLarge.copy(lineBreak = LineBreak.Heading),
                        textAlign = TextAlign.Center,
                        color = faint,
                    )
                }
            }
            Column(
                Modifier.widthIn(max = Space.column).padding(horizontal = Space.page),
                verticalArrangement = Arrangement.spacedBy(Space.page),
            ) {
                Point(R.drawable.ic_wing, R.string.welcome_does_title) { Words(R.string.welcome_does) }
                Point(R.drawable.ic_clear_all, R.string.welcome_keeps_title) { Words(R.string.welcome_keeps) }
                Point(R.drawable.ic_warning, R.string.welcome_limits_title) {
                    for (limit in limits) Item(limit)
                    QuietButton(stringResource(R.string.welcome_contacted), onContacted, icon = R.drawable.ic_globe)
                }
                Point(R.drawable.ic_document, R.string.welcome_terms_title) { Words(R.string.welcome_terms) }
                Spacer(Modifier.height(Space.large))
            }
        }
    }
}

private val limits =
    listOf(
        R.string.welcome_limit_addresses,
        R.string.welcome_limit_meeting,
        R.string.welcome_limit_device,
        R.string.welcome_limit_audit,
    )

@Composable
private fun Point(@DrawableRes icon: Int, title: Int, content: @Composable () -> Unit) {
    Row(horizontalArrangement = Arrangement.spacedBy(Space.large)) {
        Pict(icon, Modifier.padding(top = 2.dp).size(24.dp), tint = MaterialTheme.colorScheme.primary)
        Column(Modifier.weight(1f), verticalArrangement = Arrangement.spacedBy(6.dp)) {
            Text(
                stringResource(title),
                Modifier.semantics { heading() },
                style = MaterialTheme.typography.titleLarge,
            )
            content()
        }
    }
}

@Composable
private fun Words(text: Int) {
    Text(stringResource(text), style = MaterialTheme.typography.bodyLarge, color = faint)
}

@Composable
private fun Item(text: Int) {
    Row(horizontalArrangement = Arrangement.spacedBy(10.dp)) {
        Text("–", style = MaterialTheme.typography.bodyLarge, color = faint)
        Text(stringResource(text), style = MaterialTheme.typography.bodyLarge, color = faint)
    }
}
