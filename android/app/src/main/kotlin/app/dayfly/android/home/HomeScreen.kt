package app.dayfly.android.home

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.size
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import app.dayfly.android.Graph
import app.dayfly.android.R
import app.dayfly.android.nav.Navigator
import app.dayfly.android.nav.Screen
import app.dayfly.android.ui.IconAction
import app.dayfly.android.ui.Mayfly
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold

// Where one starts: open a room or come into one. There is no list of rooms that were, since nothing of
// one is kept.

@Composable
internal fun HomeRoute(@Suppress("UNUSED_PARAMETER") graph: Graph, navigator: Navigator) {
    ScreenScaffold(
        title = stringResource(R.string.app_name),
        onBack = null,
        actions = {
            IconAction(
                R.drawable.ic_settings,
                stringResource(R.string.home_settings),
                { navigator.go(Screen.Settings) },
            )
        },
    ) { padding ->
        ScreenColumn(padding) {
            Column(horizontalAlignment = Alignment.CenterHorizontally) {
                Mayfly(Modifier.size(120.dp))
                Text(stringResource(R.string.motto), style = MaterialTheme.typography.bodyLarge)
            }
        }
    }
}
