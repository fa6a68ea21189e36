package app.dayfly.android.people

import androidx.activity.compose.BackHandler
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.remember
import androidx.lifecycle.ViewModelStore
import androidx.lifecycle.ViewModelStoreOwner
import androidx.lifecycle.viewmodel.compose.LocalViewModelStoreOwner
import app.dayfly.android.scan.ScanRoute

/** The scanner within another screen, which it covers until a code was taken or one goes back: anew each time. */
@Composable
internal fun Scanning(title: String, hint: String, take: (String) -> Boolean, onBack: () -> Unit) {
    val owner = remember {
        object : ViewModelStoreOwner {
            override val viewModelStore = ViewModelStore()
        }
    }
    DisposableEffect(owner) { onDispose { owner.viewModelStore.clear() } }
    BackHandler(onBack = onBack)
    CompositionLocalProvider(LocalViewModelStoreOwner provides owner) {
        ScanRoute(title, hint, take, onBack)
    }
}
