package app.dayfly.android.scan

import android.Manifest
import android.app.Activity
import android.content.Context
import android.content.ContextWrapper
import android.content.Intent
import android.content.pm.PackageManager
import android.net.Uri
import android.provider.Settings
import androidx.activity.compose.rememberLauncherForActivityResult
import androidx.activity.result.PickVisualMediaRequest
import androidx.activity.result.contract.ActivityResultContracts
import androidx.compose.foundation.AndroidExternalSurface
import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.unit.IntSize
import androidx.lifecycle.compose.LifecycleResumeEffect
import androidx.lifecycle.viewmodel.compose.viewModel

/**
 * The scanner with the phone around it: the system's questions, its picture picker and its camera. [take]
 * is given what a code says, on the main thread, and answers whether it was of use; then the camera is off.
 * [onPaste] leads to where a link is pasted, where there is such a place.
 */
@Composable
internal fun ScanRoute(
    title: String,
    hint: String,
    take: (String) -> Boolean,
    onBack: () -> Unit,
    onPaste: (() -> Unit)? = null,
    camera: (Context) -> Camera = { DeviceCamera(it) },
) {
    val context = LocalContext.current
    val model: ScanModel = viewModel { ScanModel(camera(context.applicationContext), take) }
    val state by model.state.collectAsState()
    var asked by remember { mutableStateOf(false) }

    fun look() = model.permission(
        granted = context.checkSelfPermission(Manifest.permission.CAMERA) == PackageManager.PERMISSION_GRANTED,
        canAsk = context.activity()?.shouldShowRequestPermissionRationale(Manifest.permission.CAMERA) == true,
        asked = asked,
    )

    val ask = rememberLauncherForActivityResult(ActivityResultContracts.RequestPermission()) {
        asked = true
        look()
    }
    val pick = rememberLauncherForActivityResult(ActivityResultContracts.PickVisualMedia()) { uri ->
        uri?.let { model.picture(context.contentResolver, it) }
    }
    LifecycleResumeEffect(Unit) {
        look()
        onPauseOrDispose { model.stop() }
    }

    val actions = object : ScanActions {
        override fun onBack() = onBack()

        override fun onAllow() = ask.launch(Manifest.permission.CAMERA)

        override fun onSystemSettings() = context.startActivity(
            Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, Uri.fromParts("package", context.packageName, null)),
        )

        override fun onTorch() = model.torch()

        override fun onPicture() =
            pick.launch(PickVisualMediaRequest(ActivityResultContracts.PickVisualMedia.ImageOnly))

        override fun onPaste() {
            onPaste?.invoke()
        }

        override fun onAgain() = model.again()

        override fun onNoted() = model.noted()
    }
    ScanScreen(state, actions, title, hint, canPaste = onPaste != null) { Preview(model, it) }
}

@Composable
private fun Preview(model: ScanModel, modifier: Modifier) {
    val size = remember { model.previewSize()?.let { IntSize(it.width, it.height) } ?: IntSize.Zero }
    AndroidExternalSurface(modifier, surfaceSize = size) {
        onSurface { surface, _, _ ->
            model.look(surface)
            surface.onDestroyed { model.stop() }
        }
    }
}

private tailrec fun Context.activity(): Activity? = when (this) {
    is Activity -> this
    is ContextWrapper -> baseContext.activity()
    else -> null
}
