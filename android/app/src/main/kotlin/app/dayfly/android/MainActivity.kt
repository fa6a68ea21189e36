package app.dayfly.android

import android.content.Context
import android.graphics.Color
import android.os.Bundle
import android.view.WindowManager.LayoutParams.FLAG_SECURE
import androidx.activity.ComponentActivity
import androidx.activity.SystemBarStyle
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.activity.viewModels
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.SideEffect
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.lifecycle.viewmodel.initializer
import androidx.lifecycle.viewmodel.viewModelFactory
import app.dayfly.android.join.Arriving
import app.dayfly.android.nav.Navigator
import app.dayfly.android.nav.Screen
import app.dayfly.android.nav.Screens
import app.dayfly.android.nav.Stage
import app.dayfly.android.phone.AskForNotices
import app.dayfly.android.settings.Languages
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.theme.isDark
import app.dayfly.android.ui.PrivateTyping

/**
 * The one activity: it draws the stack of screens over the whole window and keeps those of a room out of
 * screenshots and recents. It decides nothing else, and saves nothing.
 */
class MainActivity : ComponentActivity() {
    private val navigator: Navigator by viewModels {
        viewModelFactory {
            initializer { Navigator(if (graph.settings.now.terms) Screen.Home else Screen.Welcome) }
        }
    }

    override fun attachBaseContext(base: Context) = super.attachBaseContext(Languages.wrap(base))

    override fun onCreate(savedInstanceState: Bundle?) {
        // Until the first screen says otherwise: recents may take its picture before it is drawn.
        window.setFlags(FLAG_SECURE, FLAG_SECURE)
        super.onCreate(savedInstanceState)
        enableEdgeToEdge()
        setContent { Content() }
    }

    @Composable
    private fun Content() {
        val settings by graph.settings.settings.collectAsState()
        val stack by navigator.stack.collectAsState()
        val dark = isDark(settings.appearance)
        LaunchedEffect(dark) { enableEdgeToEdge(bars(dark), bars(dark)) }

        val room by graph.session.room.collectAsState()
        val shown = settings.screenshots || (stack.last().screen.public && room == null)
        SideEffect { if (shown) window.clearFlags(FLAG_SECURE) else window.addFlags(FLAG_SECURE) }

        DayflyTheme(settings.appearance, settings.dynamicColour) {
            PrivateTyping {
                Stage(navigator) { Screens(it, graph, navigator) }
                Arriving(graph, navigator)
                AskForNotices(graph)
            }
        }
    }

    private fun bars(dark: Boolean): SystemBarStyle =
        if (dark) SystemBarStyle.dark(Color.TRANSPARENT) else SystemBarStyle.light(Color.TRANSPARENT, VEIL)

    private companion object {
        /** Behind the buttons of systems that cannot draw them dark. */
        const val VEIL = 0x66000000
    }
}
