package app.dayfly.android.join

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.style.TextAlign
import app.dayfly.android.R
import app.dayfly.android.session.Destination
import app.dayfly.android.session.Refusal
import app.dayfly.android.session.Step
import app.dayfly.android.session.Way
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.EmptyState
import app.dayfly.android.ui.Field
import app.dayfly.android.ui.FootBar
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.QrCode
import app.dayfly.android.ui.QuietButton
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SecondaryButton
import app.dayfly.android.ui.Waiting
import app.dayfly.core.proto.InviteAccess
import app.dayfly.core.proto.InviteKind

/** What one can do on the way into a room. */
internal interface JoinActions {
    fun onBack()

    fun onTyped(text: String)

    fun onGo()

    fun onPaste()

    fun onScan()

    fun onCopyAnswer()

    fun onLinksHelp()

    fun onRestart()
}

/** Every step of the way into a room that somebody else opened. */
@Composable
internal fun JoinScreen(state: JoinState, actions: JoinActions) {
    ScreenScaffold(
        title = stringResource(state.title()),
        onBack = actions::onBack,
        bottomBar = { Foot(state, actions) },
    ) { padding ->
        when (state) {
            is JoinState.Entry -> Entry(state, actions, padding)
            is JoinState.Offer -> Offer(state, actions, padding)
            is JoinState.AnswerOffer -> AnswerOffer(state, padding)
            is JoinState.Working -> Busy(state.step, actions, padding)
            is JoinState.Password -> Password(state, actions, padding)
            is JoinState.ShowAnswer -> ShowAnswer(state, actions, padding)
            is JoinState.Failed -> Failed(state.refusal, padding)
            JoinState.Done -> Unit
        }
    }
}

private fun JoinState.title(): Int = when (this) {
    is JoinState.Entry -> R.string.join_title_entry
    is JoinState.Offer -> R.string.join_title_offer
    is JoinState.AnswerOffer -> R.string.join_title_answer
    is JoinState.Working, JoinState.Done -> R.string.join_title_working
    is JoinState.Password -> R.string.join_title_password
    is JoinState.ShowAnswer -> R.string.join_title_show
    is JoinState.Failed -> R.string.join_title_failed
}

@Composable
private fun Foot(state: JoinState, actions: JoinActions) {
    when (state) {
        is JoinState.Entry -> FootBar { Go(R.string.join_look, actions, state.text.isNotBlank()) }
        is JoinState.Offer -> FootBar {
            Go(if (state.leavesRoom) R.string.join_leave_and_go else R.string.join_go, actions)
            QuietButton(stringResource(R.string.join_no), actions::onBack, Modifier.fillMaxWidth())
        }
        is JoinState.AnswerOffer -> FootBar {
            Go(if (state.hasRoom) R.string.join_answer_give else R.string.join_elsewhere, actions)
        }
        is JoinState.Password -> FootBar { Go(R.string.join_password_go, actions, state.password.isNotEmpty()) }
        is JoinState.Failed -> FootBar {
            if (state.canRetry) {
                Go(R.string.join_retry, actions)
                QuietButton(stringResource(R.string.join_elsewhere), actions::onRestart, Modifier.fillMaxWidth())
            } else {
                Go(R.string.join_elsewhere, actions)
            }
        }
        is JoinState.Working, is JoinState.ShowAnswer, JoinState.Done -> Unit
    }
}

@Composable
private fun Go(text: Int, actions: JoinActions, enabled: Boolean = true) {
    PrimaryButton(stringResource(text), actions::onGo, Modifier.fillMaxWidth(), enabled = enabled)
}

@Composable
private fun Entry(state: JoinState.Entry, actions: JoinActions, padding: PaddingValues) {
    ScreenColumn(padding) {
        Lead(R.string.join_entry_text)
        Field(
            value = state.text,
            onChange = actions::onTyped,
            label = stringResource(R.string.join_entry_label),
            hint = stringResource(R.string.join_entry_hint),
            lines = 2,
            imeAction = ImeAction.Go,
            onDone = actions::onGo,
        )
        state.problem?.let {
            Spacer(Modifier.height(Space.medium))
            Problem(it)
        }
        Spacer(Modifier.height(Space.large))
        SecondaryButton(
            stringResource(R.string.join_paste),
            actions::onPaste,
            Modifier.fillMaxWidth(),
            icon = R.drawable.ic_paste,
        )
        Spacer(Modifier.height(Space.small))
        SecondaryButton(
            stringResource(R.string.join_scan),
            actions::onScan,
            Modifier.fillMaxWidth(),
            icon = R.drawable.ic_scan,
        )
        Spacer(Modifier.height(Space.small))
        QuietButton(
            stringResource(R.string.join_links_help),
            actions::onLinksHelp,
            Modifier.fillMaxWidth(),
            icon = R.drawable.ic_question,
        )
    }
}

@Composable
private fun Offer(state: JoinState.Offer, actions: JoinActions, padding: PaddingValues) {
    ScreenColumn(padding) {
        if (state.leavesRoom) {
            Banner(BannerKind.CAUTION, stringResource(R.string.join_leaves_room))
            Spacer(Modifier.height(Space.large))
        }
        Facts(state.way, state.destination)
        Spacer(Modifier.height(Space.page))
        Field(
            value = state.name,
            onChange = actions::onTyped,
            label = stringResource(R.string.join_name),
            hint = stringResource(R.string.join_name_hint),
            imeAction = ImeAction.Go,
            onDone = actions::onGo,
        )
    }
}

/** What is known before anything is contacted. */
@Composable
private fun Facts(way: Way, destination: Destination?) {
    Group {
        when {
            way == Way.CODE ->
                LinkRow(
                    stringResource(R.string.join_by_code),
                    text = stringResource(R.string.join_by_code_text),
                    icon = R.drawable.ic_keypad,
                )
            way == Way.HAND ->
                LinkRow(
                    stringResource(R.string.join_by_hand),
                    text = stringResource(R.string.join_by_hand_text),
                    icon = R.drawable.ic_qr,
                )
            destination?.kind == InviteKind.NATIVE ->
                LinkRow(
                    stringResource(R.string.join_native),
                    text = stringResource(R.string.join_native_text),
                    icon = R.drawable.ic_wing,
                )
            destination != null -> {
                LinkRow(destination.name, text = stringResource(R.string.join_web_text), icon = R.drawable.ic_globe)
                for (site in destination.sites) {
                    RowLine()
                    LinkRow(site, text = stringResource(R.string.join_site_text), icon = R.drawable.ic_link)
                }
            }
        }
        if (destination != null) {
            RowLine()
            LinkRow(
                stringResource(destination.access.title()),
                text = stringResource(destination.access.text()),
                icon = if (destination.access == InviteAccess.PUBLIC) R.drawable.ic_unlock else R.drawable.ic_lock,
            )
        }
    }
}

private fun InviteAccess.title(): Int = when (this) {
    InviteAccess.PUBLIC -> R.string.join_public
    InviteAccess.PRIVATE -> R.string.join_private
    InviteAccess.NEEDS_PASSWORD, InviteAccess.PRIVATE_AND_PASSWORD -> R.string.join_needs_password
}

private fun InviteAccess.text(): Int = when (this) {
    InviteAccess.PUBLIC -> R.string.join_public_text
    InviteAccess.PRIVATE -> R.string.join_private_text
    InviteAccess.NEEDS_PASSWORD -> R.string.join_needs_password_text
    InviteAccess.PRIVATE_AND_PASSWORD -> R.string.join_both_text
}

@Composable
private fun AnswerOffer(state: JoinState.AnswerOffer, padding: PaddingValues) {
    Middle(padding) {
        EmptyState(
            title = stringResource(R.string.join_answer_heading),
            text = stringResource(if (state.hasRoom) R.string.join_answer_text else R.string.join_answer_no_room),
            icon = R.drawable.ic_qr,
        )
    }
}

@Composable
private fun Busy(step: Step, actions: JoinActions, padding: PaddingValues) {
    Middle(padding) {
        Waiting(stringResource(step.words()), cancel = stringResource(R.string.join_cancel), onCancel = actions::onBack)
    }
}

private fun Step.words(): Int = when (this) {
    Step.STARTING -> R.string.join_step_starting
    Step.OPENING -> R.string.join_step_opening
    Step.ENTERING -> R.string.join_step_entering
    Step.SEARCHING -> R.string.join_step_searching
    Step.COMPARING -> R.string.join_step_comparing
    Step.ANSWERING -> R.string.join_step_answering
}

@Composable
private fun Password(state: JoinState.Password, actions: JoinActions, padding: PaddingValues) {
    ScreenColumn(padding) {
        if (state.wrong) {
            Banner(BannerKind.PROBLEM, stringResource(R.string.join_password_wrong))
            Spacer(Modifier.height(Space.large))
        }
        Lead(R.string.join_password_text)
        Field(
            value = state.password,
            onChange = actions::onTyped,
            label = stringResource(R.string.join_password),
            hint = stringResource(R.string.join_password_hint),
            secret = true,
            imeAction = ImeAction.Go,
            onDone = actions::onGo,
        )
        Spacer(Modifier.height(Space.large))
        Banner(
            BannerKind.NOTE,
            stringResource(
                if (state.destination?.kind ==
                    InviteKind.WEB
                ) {
                    R.string.join_password_web
                } else {
                    R.string.join_password_native
                },
            ),
        )
    }
}

@Composable
private fun ShowAnswer(state: JoinState.ShowAnswer, actions: JoinActions, padding: PaddingValues) {
    ScreenColumn(padding) {
        Column(Modifier.fillMaxWidth(), horizontalAlignment = Alignment.CenterHorizontally) {
            Lead(R.string.join_show_text)
            QrCode(
                side = state.answer.matrix.size.toInt(),
                modules = state.answer.matrix.modules,
                label = stringResource(R.string.join_show_code),
                modifier = Modifier.fillMaxWidth(),
            )
            Spacer(Modifier.height(Space.medium))
            QuietButton(stringResource(R.string.join_show_copy), actions::onCopyAnswer, icon = R.drawable.ic_copy)
            Waiting(
                stringResource(R.string.join_show_waiting),
                cancel = stringResource(R.string.join_cancel),
                onCancel = actions::onBack,
            )
        }
    }
}

@Composable
private fun Failed(refusal: Refusal, padding: PaddingValues) {
    Middle(padding) {
        EmptyState(
            title = stringResource(R.string.join_failed_heading),
            text = refusal.words(),
            icon = R.drawable.ic_warning,
        )
    }
}

@Composable
private fun Problem(refusal: Refusal) {
    Banner(BannerKind.PROBLEM, refusal.words())
}

/** The sentence, and what to try. */
@Composable
private fun Refusal.words(): String {
    val what = sentence.ifEmpty { stringResource(R.string.join_failed_unknown) }
    return hint?.let { "$what\n\n$it" } ?: what
}

@Composable
private fun Lead(text: Int) {
    Text(
        stringResource(text),
        Modifier.padding(bottom = Space.large),
        style = MaterialTheme.typography.bodyLarge,
        textAlign = TextAlign.Start,
    )
}

@Composable
private fun Middle(padding: PaddingValues, content: @Composable () -> Unit) {
    Column(
        Modifier.fillMaxSize().padding(padding).verticalScroll(rememberScrollState()),
        verticalArrangement = Arrangement.Center,
    ) { content() }
}
