package app.dayfly.android.people

import android.content.Context
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.Checkbox
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.FootBar
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SecondaryButton
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.faint
import java.text.DateFormat
import java.util.Date

/** What can be done about a report. */
internal interface ReportActions {
    fun back()

    fun choose(id: String, on: Boolean)

    fun see(on: Boolean)

    fun send(text: String)

    fun block()
}

/** A report on a member: choose, see every word, hand it to a mail app; or why there is nobody to send it to. */
@Composable
internal fun ReportScreen(state: ReportState, actions: ReportActions) {
    val title = stringResource(R.string.report_title, nameOf(state.name))
    val contact = state.contact
    when {
        contact == null -> Nobody(title, state.blocked, actions)
        state.seeing -> See(title, state, contact, actions)
        else -> Choose(title, state, actions)
    }
}

@Composable
private fun Nobody(title: String, blocked: Boolean, actions: ReportActions) {
    ScreenScaffold(title, actions::back) { padding ->
        ScreenColumn(padding) {
            Said(R.drawable.ic_report, stringResource(R.string.report_nobody_title))
            Text(stringResource(R.string.report_nobody_text), style = MaterialTheme.typography.bodyLarge)
            val advice = listOf(
                R.string.report_nobody_block,
                R.string.report_nobody_owner,
                R.string.report_nobody_leave,
                R.string.report_nobody_evidence,
                R.string.report_nobody_law,
            )
            for (line in advice) {
                Row(Modifier.padding(top = Space.medium), Arrangement.spacedBy(Space.small)) {
                    Text("•", style = MaterialTheme.typography.bodyLarge)
                    Text(stringResource(line), style = MaterialTheme.typography.bodyLarge)
                }
            }
            Choices {
                if (!blocked) {
                    PrimaryButton(
                        stringResource(R.string.people_block),
                        actions::block,
                        Modifier.fillMaxWidth(),
                        icon = R.drawable.ic_block,
                    )
                }
                SecondaryButton(stringResource(R.string.people_close), actions::back, Modifier.fillMaxWidth())
            }
        }
    }
}

@Composable
private fun Choose(title: String, state: ReportState, actions: ReportActions) {
    ScreenScaffold(
        title,
        actions::back,
        bottomBar = {
            if (state.messages.isNotEmpty()) {
                FootBar {
                    PrimaryButton(
                        stringResource(R.string.report_next),
                        { actions.see(true) },
                        Modifier.fillMaxWidth(),
                        enabled = state.chosen.isNotEmpty(),
                    )
                }
            }
        },
    ) { padding ->
        ScreenColumn(padding) {
            SectionTitle(stringResource(R.string.report_choose))
            Text(
                stringResource(
                    if (state.messages.isEmpty()) R.string.report_choose_none else R.string.report_choose_text,
                ),
                Modifier.padding(bottom = Space.medium),
                style = MaterialTheme.typography.bodyMedium,
                color = faint,
            )
            if (state.messages.isEmpty()) return@ScreenColumn
            Group {
                state.messages.forEachIndexed { at, message ->
                    if (at > 0) RowLine()
                    MessageChoice(message) { actions.choose(message.id, it) }
                }
            }
        }
    }
}

@Composable
private fun MessageChoice(message: Reportable, onChange: (Boolean) -> Unit) {
    val context = LocalContext.current
    Row(
        Modifier
            .fillMaxWidth()
            .toggleable(message.chosen, role = Role.Checkbox, onValueChange = onChange)
            .padding(horizontal = Space.large, vertical = Space.medium),
        horizontalArrangement = Arrangement.spacedBy(Space.large),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Checkbox(message.chosen, onCheckedChange = null)
        Column(Modifier.weight(1f)) {
            Text(message.text, style = MaterialTheme.typography.bodyLarge)
            Text(
                stringResource(R.string.report_heard, isolated(moment(message.at))),
                style = MaterialTheme.typography.bodyMedium,
                color = faint,
            )
            if (!message.proven) {
                Text(
                    context.getString(R.string.report_text_unproven),
                    style = MaterialTheme.typography.bodyMedium,
                    color = faint,
                )
            }
        }
    }
}

@Composable
private fun See(title: String, state: ReportState, contact: String, actions: ReportActions) {
    val context = LocalContext.current
    val text = remember(context, state) { reportText(context, state) }
    ScreenScaffold(
        title,
        { actions.see(false) },
        bottomBar = {
            FootBar {
                PrimaryButton(
                    stringResource(R.string.report_send),
                    { actions.send(text) },
                    Modifier.fillMaxWidth(),
                    icon = R.drawable.ic_send,
                )
            }
        },
    ) { padding ->
        ScreenColumn(padding) {
            SectionTitle(stringResource(R.string.report_see))
            Surface(
                Modifier.fillMaxWidth(),
                shape = MaterialTheme.shapes.medium,
                color = MaterialTheme.colorScheme.surfaceContainerHigh,
            ) {
                SelectionContainer {
                    Text(text, Modifier.padding(Space.large), style = MaterialTheme.typography.bodyMedium)
                }
            }
            Banner(
                BannerKind.CAUTION,
                stringResource(R.string.report_see_text, isolated(contact)),
                Modifier.padding(top = Space.large),
            )
            if (state.noMailApp) {
                Banner(
                    BannerKind.PROBLEM,
                    stringResource(R.string.report_no_mail, isolated(contact)),
                    Modifier.padding(top = Space.small),
                )
            }
        }
    }
}

/** The report, to the letter: who, and what was chosen in the order it was said. Nothing else of the room. */
internal fun reportText(context: Context, state: ReportState): String = buildString {
    val name = state.name.ifBlank { context.getString(R.string.people_nameless) }
    val fingerprint = state.fingerprint.ifEmpty { context.getString(R.string.people_no_fingerprint) }
    appendLine(context.getString(R.string.report_text_who, name, fingerprint))
    for (message in state.chosen) {
        appendLine()
        append(context.getString(R.string.report_text_said, moment(message.at), message.text))
        if (!message.proven) append(' ').append(context.getString(R.string.report_text_unproven))
        appendLine()
    }
}.trimEnd()

private fun moment(at: Long): String =
    DateFormat.getDateTimeInstance(DateFormat.SHORT, DateFormat.SHORT).format(Date(at))
