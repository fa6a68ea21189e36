package app.dayfly.android.people

import androidx.annotation.DrawableRes
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.session.Refusal
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.CodeText
import app.dayfly.android.ui.ConfirmDialog
import app.dayfly.android.ui.EmojiCode
import app.dayfly.android.ui.Pict
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.QuietButton
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SecondaryButton
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.Waiting
import app.dayfly.android.ui.faint

/** What can be done while codes are compared. */
internal interface VerifyActions {
    fun back()

    fun begin()

    fun confirm()

    fun mismatch()

    fun cancel()

    fun inPerson()

    fun refusalRead()
}

/** Comparing codes with one member: what is asked of the person at each step, and what came of it. */
@Composable
internal fun VerifyScreen(state: VerifyState, refusal: Refusal?, actions: VerifyActions) {
    val name = nameOf(state.name)
    ScreenScaffold(stringResource(R.string.verify_title), actions::back) { padding ->
        ScreenColumn(padding) {
            RefusalBanner(refusal, actions::refusalRead, Modifier.padding(top = Space.small))
            when (state.stage) {
                VerifyStage.INTRO -> Intro(name, actions)

                VerifyStage.ASKED -> Asked(
                    stringResource(R.string.verify_asked_title, name),
                    stringResource(R.string.verify_asked_text),
                    actions,
                )

                VerifyStage.WAITING -> Waits(
                    stringResource(R.string.verify_waiting, name),
                    stringResource(R.string.verify_waiting_text),
                    actions::cancel,
                )

                VerifyStage.COMPARE -> Compare(
                    stringResource(R.string.verify_with, name),
                    state,
                    stringResource(R.string.verify_confirm_differ_text, name),
                    actions,
                )

                VerifyStage.CONFIRMED -> Waits(
                    stringResource(R.string.verify_confirmed),
                    stringResource(R.string.verify_confirmed_text, name),
                    actions::cancel,
                )

                VerifyStage.TICK -> Tick(name, actions::confirm, actions::mismatch, actions::cancel)

                VerifyStage.DONE -> Done(
                    stringResource(R.string.verify_done, name),
                    stringResource(R.string.verify_done_text),
                    actions::back,
                )

                VerifyStage.MISMATCH -> Mismatch(
                    stringResource(R.string.verify_mismatch),
                    stringResource(R.string.verify_mismatch_text, name),
                    actions::back,
                )

                VerifyStage.TICK_MISMATCH -> Mismatch(
                    stringResource(R.string.verify_tick_mismatch),
                    stringResource(R.string.verify_tick_mismatch_text, name),
                    actions::back,
                )

                VerifyStage.CANCELLED -> NotDone(
                    R.drawable.ic_close,
                    stringResource(R.string.verify_cancelled),
                    stringResource(R.string.verify_cancelled_text),
                    actions,
                )

                VerifyStage.TIMED_OUT -> NotDone(
                    R.drawable.ic_clock,
                    stringResource(R.string.verify_timed_out),
                    stringResource(R.string.verify_timed_out_text),
                    actions,
                )
            }
        }
    }
}

/** Everybody compares one code: the same steps, and who takes part. */
@Composable
internal fun GroupCheckScreen(state: VerifyState, refusal: Refusal?, actions: VerifyActions) {
    ScreenScaffold(stringResource(R.string.group_title), actions::back) { padding ->
        ScreenColumn(padding) {
            RefusalBanner(refusal, actions::refusalRead, Modifier.padding(top = Space.small))
            when (state.stage) {
                VerifyStage.INTRO -> GroupIntro(state, actions)

                VerifyStage.ASKED, VerifyStage.WAITING -> Waits(
                    stringResource(R.string.group_waiting),
                    stringResource(R.string.group_waiting_text),
                    actions::cancel,
                )

                VerifyStage.COMPARE, VerifyStage.TICK -> Compare(
                    stringResource(R.string.verify_read),
                    state,
                    stringResource(R.string.group_confirm_differ_text),
                    actions,
                )

                VerifyStage.CONFIRMED -> Waits(
                    stringResource(R.string.verify_confirmed),
                    stringResource(R.string.group_confirmed),
                    actions::cancel,
                )

                VerifyStage.DONE -> Done(
                    stringResource(R.string.group_done),
                    stringResource(R.string.group_done_text),
                    actions::back,
                )

                VerifyStage.MISMATCH, VerifyStage.TICK_MISMATCH -> Mismatch(
                    stringResource(R.string.group_mismatch),
                    stringResource(R.string.group_mismatch_text),
                    actions::back,
                    advice = null,
                )

                VerifyStage.CANCELLED -> NotDone(
                    R.drawable.ic_close,
                    stringResource(R.string.verify_cancelled),
                    stringResource(R.string.group_cancelled_text),
                    actions,
                )

                VerifyStage.TIMED_OUT -> NotDone(
                    R.drawable.ic_clock,
                    stringResource(R.string.verify_timed_out),
                    stringResource(R.string.group_timed_out_text),
                    actions,
                )
            }
            val live = state.stage != VerifyStage.INTRO && state.stage != VerifyStage.CANCELLED
            if (live && state.members.isNotEmpty()) {
                SectionTitle(stringResource(R.string.group_takes_part))
                for (name in state.members) Text(nameOf(name), Modifier.padding(vertical = 2.dp))
            }
        }
    }
}

@Composable
private fun ColumnScope.Intro(name: String, actions: VerifyActions) {
    Said(R.drawable.ic_shield_question, stringResource(R.string.verify_with, name))
    Text(stringResource(R.string.verify_why), style = MaterialTheme.typography.bodyLarge)
    Text(
        stringResource(R.string.verify_how),
        Modifier.padding(top = Space.medium),
        style = MaterialTheme.typography.bodyLarge,
    )
    Choices {
        PrimaryButton(stringResource(R.string.verify_ask), actions::begin, Modifier.fillMaxWidth())
        SecondaryButton(
            stringResource(R.string.people_verify_scan),
            actions::inPerson,
            Modifier.fillMaxWidth(),
            icon = R.drawable.ic_scan,
        )
    }
    Text(
        stringResource(R.string.verify_ask_detail),
        Modifier.fillMaxWidth().padding(top = Space.small),
        style = MaterialTheme.typography.bodyMedium,
        color = faint,
        textAlign = TextAlign.Center,
    )
}

@Composable
private fun ColumnScope.GroupIntro(state: VerifyState, actions: VerifyActions) {
    Said(R.drawable.ic_people, stringResource(R.string.people_group_check))
    Text(stringResource(R.string.group_why), style = MaterialTheme.typography.bodyLarge)
    if (state.comparable == 0) {
        Banner(BannerKind.NOTE, stringResource(R.string.group_alone), Modifier.padding(top = Space.large))
        return
    }
    Text(
        stringResource(R.string.group_how),
        Modifier.padding(top = Space.medium),
        style = MaterialTheme.typography.bodyLarge,
    )
    if (state.inBrowser > 0) {
        Text(
            pluralStringResource(R.plurals.group_web, state.inBrowser, state.inBrowser),
            Modifier.padding(top = Space.medium),
            style = MaterialTheme.typography.bodyMedium,
            color = faint,
        )
    }
    Choices { PrimaryButton(stringResource(R.string.group_start), actions::begin, Modifier.fillMaxWidth()) }
}

@Composable
private fun ColumnScope.Asked(title: String, text: String, actions: VerifyActions) {
    Said(R.drawable.ic_shield_question, title, text)
    Text(
        stringResource(R.string.verify_why),
        Modifier.padding(top = Space.medium),
        style = MaterialTheme.typography.bodyMedium,
        color = faint,
    )
    Choices {
        PrimaryButton(stringResource(R.string.verify_agree), actions::begin, Modifier.fillMaxWidth())
        SecondaryButton(stringResource(R.string.verify_not_now), actions::cancel, Modifier.fillMaxWidth())
    }
}

@Composable
private fun Waits(title: String, text: String, onCancel: () -> Unit) {
    Waiting("$title\n\n$text", cancel = stringResource(R.string.verify_not_now), onCancel = onCancel)
}

@Composable
private fun ColumnScope.Compare(title: String, state: VerifyState, beforeDiffer: String, actions: VerifyActions) {
    var sure by remember { mutableStateOf(false) }
    Text(
        title,
        Modifier.padding(top = Space.small).semantics { heading() },
        style = MaterialTheme.typography.headlineSmall,
    )
    Text(
        stringResource(R.string.verify_how),
        Modifier.padding(top = Space.small, bottom = Space.large),
        style = MaterialTheme.typography.bodyMedium,
        color = faint,
    )
    EmojiCode(state.emoji.map { it.symbol to (emojiName(it.symbol)?.let { id -> stringResource(id) } ?: it.name) })
    Text(
        stringResource(R.string.verify_digits),
        Modifier.padding(top = Space.large, bottom = Space.small),
        style = MaterialTheme.typography.labelLarge,
    )
    // A line may end behind a hyphen, and nowhere within a group.
    CodeText(state.digits.replace("-", "-\u200B"), spoken = spokenDigits(state.digits))
    Choices {
        PrimaryButton(
            stringResource(R.string.verify_same),
            actions::confirm,
            Modifier.fillMaxWidth(),
            icon = R.drawable.ic_check,
        )
        SecondaryButton(stringResource(R.string.verify_differ), { sure = true }, Modifier.fillMaxWidth())
        QuietButton(stringResource(R.string.verify_not_now), actions::cancel, Modifier.fillMaxWidth())
    }
    if (sure) {
        ConfirmDialog(
            title = stringResource(R.string.verify_confirm_differ),
            text = beforeDiffer,
            confirm = stringResource(R.string.verify_differ),
            onConfirm = {
                sure = false
                actions.mismatch()
            },
            onDismiss = { sure = false },
            danger = true,
        )
    }
}

/** Digits one by one, with a pause where the hyphens are. */
internal fun spokenDigits(digits: String): String =
    digits.split('-').joinToString(", ") { group -> group.toList().joinToString(" ") }

/** The question for whoever's code was scanned. */
@Composable
internal fun ColumnScope.Tick(name: String, onYes: () -> Unit, onNo: () -> Unit, onLater: () -> Unit) {
    Said(
        R.drawable.ic_question,
        stringResource(R.string.verify_tick_ask, name),
        stringResource(R.string.verify_tick_text),
    )
    Banner(BannerKind.CAUTION, stringResource(R.string.verify_tick_warning), Modifier.padding(top = Space.large))
    Choices {
        PrimaryButton(
            stringResource(R.string.verify_tick_yes),
            onYes,
            Modifier.fillMaxWidth(),
            icon = R.drawable.ic_check,
        )
        SecondaryButton(stringResource(R.string.verify_tick_no), onNo, Modifier.fillMaxWidth())
        QuietButton(stringResource(R.string.verify_not_now), onLater, Modifier.fillMaxWidth())
    }
}

@Composable
internal fun ColumnScope.Done(title: String, text: String, onClose: () -> Unit) {
    Said(R.drawable.ic_verified, title, text, DayflyTheme.more.good)
    Choices { PrimaryButton(stringResource(R.string.verify_done_close), onClose, Modifier.fillMaxWidth()) }
}

@Composable
internal fun ColumnScope.Mismatch(
    title: String,
    text: String,
    onClose: () -> Unit,
    advice: String? = stringResource(R.string.verify_mismatch_do),
) {
    Said(R.drawable.ic_shield_cross, title, text, MaterialTheme.colorScheme.error)
    if (advice != null) Banner(BannerKind.PROBLEM, advice, Modifier.padding(top = Space.large))
    Choices { SecondaryButton(stringResource(R.string.people_close), onClose, Modifier.fillMaxWidth()) }
}

@Composable
private fun ColumnScope.NotDone(@DrawableRes icon: Int, title: String, text: String, actions: VerifyActions) {
    Said(icon, title, text)
    Choices {
        PrimaryButton(stringResource(R.string.verify_again), actions::begin, Modifier.fillMaxWidth())
        SecondaryButton(stringResource(R.string.people_close), actions::back, Modifier.fillMaxWidth())
    }
}

/** What the screen is about now: a large picture, a title, a sentence; announced when it changes. */
@Composable
internal fun ColumnScope.Said(
    @DrawableRes icon: Int,
    title: String,
    text: String? = null,
    tint: Color = MaterialTheme.colorScheme.primary,
) {
    Column(
        Modifier
            .fillMaxWidth()
            .padding(top = Space.page, bottom = Space.medium)
            .semantics(mergeDescendants = true) { liveRegion = LiveRegionMode.Polite },
        horizontalAlignment = Alignment.CenterHorizontally,
        verticalArrangement = Arrangement.spacedBy(Space.small),
    ) {
        Pict(icon, Modifier.size(64.dp), tint = tint)
        Text(
            title,
            Modifier.semantics { heading() },
            style = MaterialTheme.typography.headlineSmall,
            textAlign = TextAlign.Center,
        )
        if (text != null) {
            Text(
                text,
                style = MaterialTheme.typography.bodyLarge,
                color = LocalContentColor.current,
                textAlign = TextAlign.Center,
            )
        }
    }
}

/** The things to choose from at the end of a question. */
@Composable
internal fun Choices(content: @Composable ColumnScope.() -> Unit) {
    Column(
        Modifier.fillMaxWidth().padding(top = Space.page),
        verticalArrangement = Arrangement.spacedBy(Space.small),
        horizontalAlignment = Alignment.CenterHorizontally,
        content = content,
    )
}
