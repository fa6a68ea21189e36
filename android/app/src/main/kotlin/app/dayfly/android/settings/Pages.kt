package app.dayfly.android.settings

import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.input.KeyboardCapitalization
import app.dayfly.android.R
import app.dayfly.android.theme.Appearance
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.ChoiceRow
import app.dayfly.android.ui.Field
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.SwitchRow
import app.dayfly.core.engine.Route

// The pages of the settings that only change settings: each takes them and a way to change them.

/** Changes settings. */
internal typealias Change = ((Settings) -> Settings) -> Unit

/** Name, typing, receipts. */
@Composable
internal fun YouPage(settings: Settings, change: Change, onBack: () -> Unit) {
    ScreenScaffold(stringResource(R.string.you_title), onBack, large = true) { padding ->
        ScreenColumn(padding) {
            Field(
                settings.name,
                { text -> change { it.copy(name = text.take(Settings.MAX_NAME)) } },
                stringResource(R.string.you_name),
                hint = stringResource(R.string.you_name_hint),
                capitals = KeyboardCapitalization.Words,
            )
            Spacer(Modifier.height(Space.large))
            Group {
                SwitchRow(
                    stringResource(R.string.you_typing),
                    settings.typing,
                    { on -> change { it.copy(typing = on) } },
                    text = stringResource(R.string.you_typing_text),
                )
                RowLine()
                SwitchRow(
                    stringResource(R.string.you_receipts),
                    settings.receipts,
                    { on -> change { it.copy(receipts = on) } },
                    text = stringResource(R.string.you_receipts_text),
                )
            }
        }
    }
}

/** What notifications show, and the sound of a message; [onPlay] lets one hear it. */
@Composable
internal fun NoticesPage(
    settings: Settings,
    change: Change,
    onPlay: (Sound) -> Unit,
    onSystem: () -> Unit,
    onBack: () -> Unit,
) {
    ScreenScaffold(stringResource(R.string.notices_title), onBack, large = true) { padding ->
        ScreenColumn(padding) {
            SectionTitle(stringResource(R.string.notices_show))
            Group(Modifier.selectableGroup()) {
                for (notices in Notices.entries) {
                    val (title, text) = notices.words()
                    ChoiceRow(
                        stringResource(title),
                        settings.notices == notices,
                        { change { it.copy(notices = notices) } },
                        text = stringResource(text),
                    )
                }
            }
            Note(stringResource(R.string.notices_ongoing))
            Group {
                LinkRow(
                    stringResource(R.string.notices_system),
                    text = stringResource(R.string.notices_system_text),
                    icon = R.drawable.ic_settings,
                    onClick = onSystem,
                )
            }
            SectionTitle(stringResource(R.string.sound_title))
            Group(Modifier.selectableGroup()) {
                for (sound in Sound.entries) {
                    ChoiceRow(
                        stringResource(sound.word()),
                        settings.sound == sound,
                        {
                            change { it.copy(sound = sound) }
                            onPlay(sound)
                        },
                    )
                }
            }
            Note(stringResource(R.string.sound_text))
        }
    }
}

private fun Notices.words(): Pair<Int, Int> = when (this) {
    Notices.HIDDEN -> R.string.notices_hidden to R.string.notices_hidden_text
    Notices.NAME -> R.string.notices_name to R.string.notices_name_text
    Notices.FULL -> R.string.notices_full to R.string.notices_full_text
    Notices.NONE -> R.string.notices_none to R.string.notices_none_text
}

private fun Sound.word(): Int = when (this) {
    Sound.NONE -> R.string.sound_none
    Sound.DROP -> R.string.sound_drop
    Sound.WING -> R.string.sound_wing
    Sound.BELL -> R.string.sound_bell
}

/** Light and dark, colours, language. [languages] are tags with their own names; [language] is the one chosen. */
@Composable
internal fun LookPage(
    settings: Settings,
    change: Change,
    dynamic: Boolean,
    language: String,
    languages: List<Pair<String, String>>,
    onLanguage: (String) -> Unit,
    onBack: () -> Unit,
) {
    ScreenScaffold(stringResource(R.string.look_title), onBack, large = true) { padding ->
        ScreenColumn(padding) {
            SectionTitle(stringResource(R.string.appearance_title))
            Group {
                for (appearance in Appearance.entries) {
                    ChoiceRow(
                        stringResource(appearance.word()),
                        settings.appearance == appearance,
                        { change { it.copy(appearance = appearance) } },
                    )
                }
                if (dynamic) {
                    RowLine()
                    SwitchRow(
                        stringResource(R.string.appearance_dynamic),
                        settings.dynamicColour,
                        { on -> change { it.copy(dynamicColour = on) } },
                        text = stringResource(R.string.appearance_dynamic_text),
                    )
                }
            }
            SectionTitle(stringResource(R.string.language_title))
            Group(Modifier.selectableGroup()) {
                ChoiceRow(stringResource(R.string.language_system), language.isEmpty(), { onLanguage("") })
                for ((tag, name) in languages) ChoiceRow(name, language == tag, { onLanguage(tag) })
            }
            Note(stringResource(R.string.language_text))
        }
    }
}

private fun Appearance.word(): Int = when (this) {
    Appearance.SYSTEM -> R.string.appearance_system
    Appearance.LIGHT -> R.string.appearance_light
    Appearance.DARK -> R.string.appearance_dark
}

/** Screenshots. */
@Composable
internal fun PrivacyPage(settings: Settings, change: Change, onBack: () -> Unit) {
    ScreenScaffold(stringResource(R.string.privacy_title), onBack, large = true) { padding ->
        ScreenColumn(padding) {
            Group {
                SwitchRow(
                    stringResource(R.string.privacy_screenshots),
                    settings.screenshots,
                    { on -> change { it.copy(screenshots = on) } },
                    text = stringResource(R.string.privacy_screenshots_text),
                )
            }
            Note(stringResource(R.string.privacy_others))
            SectionTitle(stringResource(R.string.privacy_does))
            Note(stringResource(R.string.privacy_recents))
            Note(stringResource(R.string.privacy_clipboard))
            Note(stringResource(R.string.privacy_keyboard))
            Note(stringResource(R.string.privacy_pictures))
        }
    }
}

/** The three ways connections may take, in plain words. */
@Composable
internal fun RouteChoices(route: Route, onChoose: (Route) -> Unit) {
    Group(Modifier.selectableGroup()) {
        for (one in listOf(Route.AUTOMATIC, Route.DIRECT_ONLY, Route.RELAY_ONLY)) {
            val (title, text) =
                when (one) {
                    Route.AUTOMATIC -> R.string.route_automatic to R.string.route_automatic_text
                    Route.DIRECT_ONLY -> R.string.route_direct to R.string.route_direct_text
                    Route.RELAY_ONLY -> R.string.route_relay to R.string.route_relay_text
                }
            ChoiceRow(stringResource(title), route == one, { onChoose(one) }, text = stringResource(text))
        }
    }
}
