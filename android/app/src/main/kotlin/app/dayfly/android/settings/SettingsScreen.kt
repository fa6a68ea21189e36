package app.dayfly.android.settings

import androidx.annotation.DrawableRes
import androidx.annotation.StringRes
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.faint

/** The pages of the settings. */
internal enum class Page(
    @param:StringRes val title: Int,
    @param:StringRes val text: Int,
    @param:DrawableRes val icon: Int,
) {
    YOU(R.string.you_title, R.string.you_row, R.drawable.ic_person),
    IDENTITY(R.string.identity_title, R.string.identity_row, R.drawable.ic_key),
    CONNECTIONS(R.string.connections_title, R.string.connections_row, R.drawable.ic_network),
    NOTICES(R.string.notices_title, R.string.notices_row, R.drawable.ic_bell),
    LOOK(R.string.look_title, R.string.look_row, R.drawable.ic_palette),
    PRIVACY(R.string.privacy_title, R.string.privacy_row, R.drawable.ic_eye_off),
    KEPT(R.string.kept_title, R.string.kept_row, R.drawable.ic_clear_all),
    CONTACTED(R.string.contacted_title, R.string.contacted_row, R.drawable.ic_globe),
    ABOUT(R.string.about_title, R.string.about_row, R.drawable.ic_info),
}

private val groups =
    listOf(
        listOf(Page.YOU, Page.IDENTITY),
        listOf(Page.CONNECTIONS, Page.NOTICES, Page.LOOK, Page.PRIVACY),
        listOf(Page.KEPT, Page.CONTACTED, Page.ABOUT),
    )

/** All pages of the settings, each with what is behind it. */
@Composable
internal fun SettingsScreen(onPage: (Page) -> Unit, onBack: () -> Unit) {
    ScreenScaffold(stringResource(R.string.settings_title), onBack, large = true) { padding ->
        ScreenColumn(padding) {
            for (group in groups) {
                Group {
                    group.forEachIndexed { at, page ->
                        if (at > 0) RowLine()
                        LinkRow(
                            stringResource(page.title),
                            text = stringResource(page.text),
                            icon = page.icon,
                            onClick = { onPage(page) },
                        )
                    }
                }
                Spacer(Modifier.height(Space.large))
            }
        }
    }
}

/** A sentence under or over rows. */
@Composable
internal fun Note(text: String) {
    Text(
        text,
        Modifier.padding(vertical = Space.small),
        style = MaterialTheme.typography.bodyMedium,
        color = faint,
    )
}
