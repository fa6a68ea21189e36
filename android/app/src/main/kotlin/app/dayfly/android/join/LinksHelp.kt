package app.dayfly.android.join

import android.content.ActivityNotFoundException
import android.content.Context
import android.content.Intent
import android.net.Uri
import android.os.Build
import android.provider.Settings
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.FootBar
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold

/** The page on links with the system's settings behind its button. */
@Composable
internal fun LinksHelpRoute(onBack: () -> Unit) {
    val context = LocalContext.current
    LinksHelp(onBack) { openLinkSettings(context) }
}

/** Why a link opens the browser, and what one can do about it. */
@Composable
internal fun LinksHelp(onBack: () -> Unit, onSettings: () -> Unit) {
    ScreenScaffold(
        title = stringResource(R.string.links_title),
        onBack = onBack,
        large = true,
        bottomBar = {
            FootBar { PrimaryButton(stringResource(R.string.links_open), onSettings, Modifier.fillMaxWidth()) }
        },
    ) { padding ->
        ScreenColumn(padding) {
            for (text in listOf(R.string.links_own, R.string.links_web, R.string.links_steps, R.string.links_share)) {
                Text(stringResource(text), style = MaterialTheme.typography.bodyLarge)
                Spacer(Modifier.height(Space.large))
            }
        }
    }
}

/** Which links this app may open: a page of its own since Android 12, before that among the app's details. */
internal fun linkSettings(context: Context): Intent {
    val action =
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) {
            Settings.ACTION_APP_OPEN_BY_DEFAULT_SETTINGS
        } else {
            Settings.ACTION_APPLICATION_DETAILS_SETTINGS
        }
    return Intent(action, Uri.fromParts("package", context.packageName, null))
}

private fun openLinkSettings(context: Context) {
    try {
        context.startActivity(linkSettings(context))
    } catch (_: ActivityNotFoundException) {
        // Some makers leave the page out; the app's details lead there too.
        context.startActivity(
            Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, Uri.fromParts("package", context.packageName, null)),
        )
    }
}
