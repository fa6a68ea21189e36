package app.dayfly.android.settings

import androidx.compose.runtime.Composable
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.res.stringResource
import app.dayfly.android.Graph
import app.dayfly.android.R
import app.dayfly.android.nav.Navigator
import app.dayfly.android.theme.Appearance
import app.dayfly.android.theme.hasDynamicColour
import app.dayfly.android.ui.ChoiceRow
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.SwitchRow

@Composable
internal fun SettingsRoute(graph: Graph, navigator: Navigator) {
    val settings by graph.settings.settings.collectAsState()
    ScreenScaffold(stringResource(R.string.settings_title), navigator::back, large = true) { padding ->
        ScreenColumn(padding) {
            SectionTitle(stringResource(R.string.settings_look))
            Group {
                for (appearance in Appearance.entries) {
                    ChoiceRow(
                        stringResource(
                            when (appearance) {
                                Appearance.SYSTEM -> R.string.appearance_system
                                Appearance.LIGHT -> R.string.appearance_light
                                Appearance.DARK -> R.string.appearance_dark
                            },
                        ),
                        settings.appearance == appearance,
                        { graph.settings.update { it.copy(appearance = appearance) } },
                    )
                }
                if (hasDynamicColour) {
                    RowLine()
                    SwitchRow(
                        stringResource(R.string.appearance_dynamic),
                        settings.dynamicColour,
                        { on -> graph.settings.update { it.copy(dynamicColour = on) } },
                        text = stringResource(R.string.appearance_dynamic_text),
                    )
                }
            }
        }
    }
}
