package app.dayfly.android.home

import androidx.annotation.DrawableRes
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.RowScope
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.WindowInsetsSides
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.only
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.Immutable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.LineBreak
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.IconAction
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.Mayfly
import app.dayfly.android.ui.Pict
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.SecondaryButton
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.Sky
import app.dayfly.android.ui.faint

// Where one starts: open a room or come into one. There is no list of rooms that were, since nothing of
// one is kept.

/** What Home shows. */
@Immutable
internal data class HomeUi(
    /** The last process ended with a room in it. */
    val lost: Boolean = false,
    /** There was nothing to paste. */
    val nothingPasted: Boolean = false,
)

/** What can be done on Home. */
internal interface HomeActions {
    fun openNative()

    fun openNativeWith()

    fun openWeb()

    fun openWebWith()

    fun scan()

    fun paste()

    fun code()

    fun settings()

    fun understood()
}

@Composable
internal fun HomeScreen(ui: HomeUi, actions: HomeActions) {
    Surface(Modifier.fillMaxSize(), color = MaterialTheme.colorScheme.surface) {
        Column(
            Modifier.fillMaxSize().verticalScroll(rememberScrollState()),
            horizontalAlignment = Alignment.CenterHorizontally,
        ) {
            Head(actions)
            Column(
                Modifier
                    .windowInsetsPadding(
                        WindowInsets.safeDrawing.only(WindowInsetsSides.Horizontal + WindowInsetsSides.Bottom),
                    )
                    .widthIn(max = Space.column)
                    .padding(horizontal = Space.page),
                verticalArrangement = Arrangement.spacedBy(Space.medium),
            ) {
                Said(ui, actions)
                NativeCard(actions)
                WebCard(actions)
                SectionTitle(stringResource(R.string.home_come_in))
                Group {
                    LinkRow(
                        stringResource(R.string.home_scan),
                        icon = R.drawable.ic_scan,
                        onClick = actions::scan,
                    )
                    RowLine()
                    LinkRow(
                        stringResource(R.string.home_paste),
                        icon = R.drawable.ic_paste,
                        onClick = actions::paste,
                    )
                    RowLine()
                    LinkRow(
                        stringResource(R.string.home_code),
                        icon = R.drawable.ic_keypad,
                        onClick = actions::code,
                    )
                }
                Text(
                    stringResource(R.string.home_no_list),
                    Modifier.fillMaxWidth().padding(vertical = Space.large),
                    style = MaterialTheme.typography.bodySmall,
                    color = faint,
                    textAlign = TextAlign.Center,
                )
            }
        }
    }
}

@Composable
private fun Head(actions: HomeActions) {
    Sky {
        Box(
            Modifier.windowInsetsPadding(
                WindowInsets.safeDrawing.only(
                    WindowInsetsSides.Horizontal + WindowInsetsSides.Top,
                ),
            ),
        ) {
            Column(
                Modifier
                    .align(Alignment.Center)
                    .widthIn(max = Space.column)
                    .fillMaxWidth()
                    .padding(horizontal = Space.page)
                    .padding(top = Space.medium, bottom = Space.page),
                horizontalAlignment = Alignment.CenterHorizontally,
            ) {
                Mayfly(Modifier.size(80.dp))
                Text(
                    stringResource(R.string.app_name),
                    Modifier.semantics { heading() },
                    style = MaterialTheme.typography.displaySmall,
                )
                Text(
                    stringResource(R.string.motto),
                    style = MaterialTheme.typography.bodyMedium.copy(lineBreak = LineBreak.Heading),
                    color = faint,
                    textAlign = TextAlign.Center,
                )
            }
            IconAction(
                R.drawable.ic_settings,
                stringResource(R.string.home_settings),
                actions::settings,
                Modifier.align(Alignment.TopEnd).padding(Space.hair),
            )
        }
    }
}

@Composable
private fun Said(ui: HomeUi, actions: HomeActions) {
    if (ui.lost) {
        Banner(
            BannerKind.CAUTION,
            stringResource(R.string.home_lost),
            title = stringResource(R.string.home_lost_title),
            onClose = actions::understood,
            closeLabel = stringResource(R.string.close),
        )
    }
    if (ui.nothingPasted) {
        Banner(
            BannerKind.PROBLEM,
            stringResource(R.string.home_nothing_pasted),
            onClose = actions::understood,
            closeLabel = stringResource(R.string.close),
        )
    }
}

@Composable
private fun NativeCard(actions: HomeActions) {
    RoomCard(
        icon = R.drawable.ic_wing,
        title = stringResource(R.string.room_native),
        text = stringResource(R.string.room_native_text),
        paper = MaterialTheme.colorScheme.primaryContainer,
        ink = MaterialTheme.colorScheme.onPrimaryContainer,
    ) {
        PrimaryButton(stringResource(R.string.room_native_open), actions::openNative, Modifier.weight(1f))
        IconAction(R.drawable.ic_settings, stringResource(R.string.room_native_options), actions::openNativeWith)
    }
}

@Composable
private fun WebCard(actions: HomeActions) {
    RoomCard(
        icon = R.drawable.ic_globe,
        title = stringResource(R.string.room_web),
        text = stringResource(R.string.room_web_text),
        paper = MaterialTheme.colorScheme.surfaceContainerLow,
        ink = MaterialTheme.colorScheme.onSurface,
    ) {
        SecondaryButton(stringResource(R.string.room_web_open), actions::openWeb, Modifier.weight(1f))
        IconAction(R.drawable.ic_settings, stringResource(R.string.room_web_options), actions::openWebWith)
    }
}

@Composable
private fun RoomCard(
    @DrawableRes icon: Int,
    title: String,
    text: String,
    paper: Color,
    ink: Color,
    buttons: @Composable RowScope.() -> Unit,
) {
    Surface(shape = MaterialTheme.shapes.large, color = paper, contentColor = ink) {
        Column(
            Modifier.fillMaxWidth().padding(
                start = Space.page,
                end = Space.medium,
                top = Space.large,
                bottom = Space.large,
            ),
        ) {
            Row(
                horizontalArrangement = Arrangement.spacedBy(Space.medium),
                verticalAlignment = Alignment.CenterVertically,
            ) {
                Pict(icon, Modifier.size(26.dp))
                Text(title, Modifier.semantics { heading() }, style = MaterialTheme.typography.titleLarge)
            }
            Spacer(Modifier.height(Space.small))
            Text(text, Modifier.padding(end = Space.small), style = MaterialTheme.typography.bodyMedium)
            Spacer(Modifier.height(Space.medium))
            Row(
                horizontalArrangement = Arrangement.spacedBy(Space.small),
                verticalAlignment = Alignment.CenterVertically,
                content = buttons,
            )
        }
    }
}
