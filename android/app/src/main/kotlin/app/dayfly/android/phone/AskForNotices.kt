package app.dayfly.android.phone

import android.Manifest
import android.content.pm.PackageManager
import android.os.Build
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.contract.ActivityResultContracts
import androidx.annotation.RequiresApi
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import app.dayfly.android.Graph
import app.dayfly.android.R
import app.dayfly.android.settings.Notices
import app.dayfly.android.ui.ConfirmDialog

/**
 * Asks once, in the first room, whether messages may be told by a notification; the system asks only after
 * a yes. Before Android 13 there is nothing to ask.
 */
@Composable
internal fun AskForNotices(graph: Graph) {
    if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) Ask(graph)
}

@RequiresApi(Build.VERSION_CODES.TIRAMISU)
@Composable
private fun Ask(graph: Graph) {
    val settings by graph.settings.settings.collectAsState()
    val running by graph.session.running.collectAsState()
    val context = LocalContext.current
    val launcher = rememberLauncherForActivityResult(ActivityResultContracts.RequestPermission()) {}
    if (!running || settings.noticesAsked || settings.notices == Notices.NONE) return
    val granted =
        context.checkSelfPermission(Manifest.permission.POST_NOTIFICATIONS) == PackageManager.PERMISSION_GRANTED
    if (granted) return
    AskForNoticesDialog(
        onYes = {
            graph.settings.update { it.copy(noticesAsked = true) }
            launcher.launch(Manifest.permission.POST_NOTIFICATIONS)
        },
        onNo = { graph.settings.update { it.copy(noticesAsked = true) } },
    )
}

/** The question. */
@Composable
internal fun AskForNoticesDialog(onYes: () -> Unit, onNo: () -> Unit) {
    ConfirmDialog(
        title = stringResource(R.string.phone_ask_title),
        text = stringResource(R.string.phone_ask_text),
        confirm = stringResource(R.string.phone_ask_yes),
        onConfirm = onYes,
        onDismiss = onNo,
        dismiss = stringResource(R.string.phone_ask_no),
        icon = R.drawable.ic_bell,
    )
}
