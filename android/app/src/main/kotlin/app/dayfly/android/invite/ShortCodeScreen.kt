package app.dayfly.android.invite

import androidx.annotation.DrawableRes
import androidx.annotation.StringRes
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.text.TextAutoSize
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.sp
import app.dayfly.android.R
import app.dayfly.android.people.Choices
import app.dayfly.android.people.RefusalBanner
import app.dayfly.android.people.Said
import app.dayfly.android.people.clock
import app.dayfly.android.session.Refusal
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.ChoiceRow
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.QuietButton
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SecondaryButton
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.Waiting
import app.dayfly.android.ui.faint
import app.dayfly.core.proto.CodeEnd
import app.dayfly.core.proto.CodeLanguage

/** What can be done about a short code. */
internal interface ShortCodeActions {
    fun back()

    fun choose(language: CodeLanguage)

    fun make()

    fun stop()

    fun again()

    fun invite()

    fun refusalRead()
}

/** A code to read aloud: four digits and two words, large, with the time they are good for. */
@Composable
internal fun ShortCodeScreen(state: ShortCodeState, refusal: Refusal?, actions: ShortCodeActions) {
    ScreenScaffold(stringResource(R.string.code_title), actions::back) { padding ->
        ScreenColumn(padding) {
            RefusalBanner(refusal, actions::refusalRead, Modifier.padding(top = Space.small))
            when (state) {
                is ShortCodeState.Idle -> Idle(state.language, actions)
                is ShortCodeState.Making -> Making(state.unreached, actions)
                is ShortCodeState.Shown -> Shown(state, actions)
                is ShortCodeState.Ended -> Ended(state.reason, actions)
            }
        }
    }
}

@Composable
private fun ColumnScope.Idle(language: CodeLanguage, actions: ShortCodeActions) {
    Said(R.drawable.ic_keypad, stringResource(R.string.invite_code))
    Text(stringResource(R.string.code_why), style = MaterialTheme.typography.bodyLarge)
    SectionTitle(stringResource(R.string.code_language))
    Group {
        Column(Modifier.selectableGroup()) {
            CodeLanguage.entries.forEachIndexed { at, each ->
                if (at > 0) RowLine()
                ChoiceRow(stringResource(each.ownName), each == language, { actions.choose(each) })
            }
        }
    }
    Choices { PrimaryButton(stringResource(R.string.code_make), actions::make, Modifier.fillMaxWidth()) }
    Text(
        stringResource(R.string.code_squatters),
        Modifier.padding(top = Space.large),
        style = MaterialTheme.typography.bodyMedium,
        color = faint,
    )
}

/** A language by its own name. */
@get:StringRes
private val CodeLanguage.ownName: Int
    get() = when (this) {
        CodeLanguage.ENGLISH -> R.string.code_language_english
        CodeLanguage.INDONESIAN -> R.string.code_language_indonesian
        CodeLanguage.ARABIC -> R.string.code_language_arabic
        CodeLanguage.UKRAINIAN -> R.string.code_language_ukrainian
        CodeLanguage.SPANISH -> R.string.code_language_spanish
        CodeLanguage.GERMAN -> R.string.code_language_german
    }

@Composable
private fun ColumnScope.Making(unreached: Boolean, actions: ShortCodeActions) {
    if (unreached) {
        Banner(BannerKind.CAUTION, stringResource(R.string.code_unreached), Modifier.padding(top = Space.small))
    }
    Waiting(
        stringResource(R.string.code_making),
        cancel = stringResource(R.string.code_stop),
        onCancel = actions::stop,
    )
}

@Composable
private fun ColumnScope.Shown(state: ShortCodeState.Shown, actions: ShortCodeActions) {
    CodeWords(state.code)
    Text(
        stringResource(R.string.code_left, clock(state.secondsLeft)),
        Modifier.fillMaxWidth().padding(top = Space.medium),
        style = MaterialTheme.typography.titleMedium,
        textAlign = TextAlign.Center,
    )
    Text(
        stringResource(R.string.code_why),
        Modifier.padding(top = Space.large),
        style = MaterialTheme.typography.bodyMedium,
        color = faint,
    )
    if (state.trying) {
        Banner(BannerKind.NOTE, stringResource(R.string.code_trying), Modifier.padding(top = Space.medium))
    }
    state.wrong?.let { (guess, of) ->
        Banner(
            BannerKind.CAUTION,
            stringResource(R.string.code_wrong, guess, of),
            Modifier.padding(top = Space.medium),
        )
    }
    if (state.interference) {
        Banner(
            BannerKind.PROBLEM,
            stringResource(R.string.code_interference),
            Modifier.padding(top = Space.medium),
        )
    }
    Choices { SecondaryButton(stringResource(R.string.code_stop), actions::stop, Modifier.fillMaxWidth()) }
}

/** The parts of a code below each other, each as large as fits: read across a table, or to a telephone. */
@Composable
private fun CodeWords(code: String) {
    val spoken = stringResource(R.string.code_spoken, spokenCode(code))
    Surface(
        Modifier.fillMaxWidth().padding(top = Space.small).clearAndSetSemantics {
            contentDescription = spoken
            liveRegion = LiveRegionMode.Polite
        },
        shape = MaterialTheme.shapes.large,
        color = MaterialTheme.colorScheme.primaryContainer,
        contentColor = MaterialTheme.colorScheme.onPrimaryContainer,
    ) {
        Column(
            Modifier.padding(Space.page),
            verticalArrangement = Arrangement.spacedBy(Space.small),
            horizontalAlignment = Alignment.CenterHorizontally,
        ) {
            for (part in partsOf(code)) {
                Text(
                    part,
                    autoSize = TextAutoSize.StepBased(minFontSize = 24.sp, maxFontSize = 48.sp),
                    maxLines = 1,
                    fontWeight = FontWeight.SemiBold,
                    style = MaterialTheme.typography.displaySmall,
                )
            }
        }
    }
}

@Composable
private fun ColumnScope.Ended(reason: CodeEnd, actions: ShortCodeActions) {
    val end = ended(reason)
    Said(end.icon, stringResource(end.title), stringResource(end.text))
    Choices {
        if (end.again) {
            PrimaryButton(stringResource(R.string.code_another), actions::again, Modifier.fillMaxWidth())
        }
        SecondaryButton(stringResource(R.string.invite_title), actions::invite, Modifier.fillMaxWidth())
        QuietButton(stringResource(R.string.people_close), actions::back, Modifier.fillMaxWidth())
    }
}

private data class End(
    @param:DrawableRes val icon: Int,
    @param:StringRes val title: Int,
    @param:StringRes val text: Int,
    /** Another code can do better. */
    val again: Boolean,
)

private fun ended(reason: CodeEnd): End = when (reason) {
    CodeEnd.DONE -> End(R.drawable.ic_check, R.string.code_done, R.string.code_done_text, again = true)
    CodeEnd.EXPIRED -> End(R.drawable.ic_clock, R.string.code_expired, R.string.code_expired_text, again = true)
    CodeEnd.GUESSED -> End(R.drawable.ic_warning, R.string.code_guessed, R.string.code_guessed_text, again = true)
    CodeEnd.TAKEN -> End(R.drawable.ic_warning, R.string.code_taken, R.string.code_taken_text, again = false)
    CodeEnd.TOO_LONG -> End(R.drawable.ic_info, R.string.code_too_long, R.string.code_too_long_text, again = false)
    CodeEnd.STOPPED -> End(R.drawable.ic_close, R.string.code_stopped, R.string.code_stopped_text, again = true)
}
