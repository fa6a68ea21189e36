package app.dayfly.android.network

import android.content.Context
import androidx.annotation.StringRes
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.people.Choices
import app.dayfly.android.people.RefusalBanner
import app.dayfly.android.people.Said
import app.dayfly.android.people.isolated
import app.dayfly.android.session.Refusal
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.ConfirmDialog
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.Pict
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SecondaryButton
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.Waiting
import app.dayfly.android.ui.faint
import app.dayfly.core.engine.Finding
import app.dayfly.core.engine.What

/** What can be done about the doctor's report. */
internal interface DoctorActions {
    fun back()

    fun start()

    fun stop()

    fun copy(text: String)

    fun refusalRead()
}

/** What this network allows: who will be asked, what was found, and the report to hand on if one likes. */
@Composable
internal fun DoctorScreen(state: DoctorState, refusal: Refusal?, copied: Boolean, actions: DoctorActions) {
    ScreenScaffold(stringResource(R.string.doctor_bar), actions::back) { padding ->
        ScreenColumn(padding) {
            RefusalBanner(refusal, actions::refusalRead, Modifier.padding(top = Space.small))
            when (state) {
                is DoctorState.Idle -> Before(state.asked, actions)

                is DoctorState.Running -> Waiting(
                    pluralStringResource(R.plurals.doctor_running_text, state.seconds, state.seconds),
                    cancel = stringResource(R.string.doctor_stop),
                    onCancel = actions::stop,
                )

                is DoctorState.Report -> Report(state.findings, copied, actions)
            }
        }
    }
}

@Composable
private fun ColumnScope.Before(asked: Asked?, actions: DoctorActions) {
    Said(R.drawable.ic_network, stringResource(R.string.doctor_title))
    Text(stringResource(R.string.doctor_why), style = MaterialTheme.typography.bodyLarge)
    if (asked == null) return
    Text(
        stringResource(R.string.doctor_contacts),
        Modifier.padding(top = Space.medium, bottom = Space.hair),
        style = MaterialTheme.typography.bodyLarge,
    )
    val who = asked.hosts.map { isolated(it) } + listOfNotNull(
        stringResource(R.string.doctor_contacts_trackers).takeIf { asked.usualTrackers },
        stringResource(R.string.doctor_contacts_stun).takeIf { asked.usualStun },
    )
    for (each in who) {
        Row(Modifier.padding(top = Space.hair), Arrangement.spacedBy(Space.small)) {
            Text("•", style = MaterialTheme.typography.bodyMedium)
            Text(each, style = MaterialTheme.typography.bodyMedium)
        }
    }
    Choices { PrimaryButton(stringResource(R.string.doctor_start), actions::start, Modifier.fillMaxWidth()) }
}

@Composable
private fun ColumnScope.Report(findings: List<Finding>, copied: Boolean, actions: DoctorActions) {
    var copying by remember { mutableStateOf(false) }
    val (conclusion, rest) = findings.partition { it.what == What.CONCLUSION }
    for (finding in conclusion) {
        Banner(
            if (finding.ok) BannerKind.GOOD else BannerKind.CAUTION,
            forPeople(finding.sentence),
            Modifier.padding(top = Space.small),
            title = stringResource(R.string.doctor_what_conclusion),
        )
    }
    SectionTitle(stringResource(R.string.doctor_found))
    Group {
        rest.forEachIndexed { at, finding ->
            if (at > 0) RowLine()
            FindingRow(finding)
        }
    }
    Choices {
        SecondaryButton(
            stringResource(R.string.doctor_copy),
            { copying = true },
            Modifier.fillMaxWidth(),
            icon = R.drawable.ic_copy,
        )
        SecondaryButton(
            stringResource(R.string.doctor_again),
            actions::start,
            Modifier.fillMaxWidth(),
            icon = R.drawable.ic_refresh,
        )
    }
    if (copied) {
        Banner(BannerKind.GOOD, stringResource(R.string.doctor_copied), Modifier.padding(top = Space.small))
    }
    if (copying) {
        val context = LocalContext.current
        ConfirmDialog(
            title = stringResource(R.string.doctor_copy_ask),
            text = stringResource(R.string.doctor_copy_what),
            confirm = stringResource(R.string.doctor_copy),
            onConfirm = {
                copying = false
                actions.copy(reportText(context, findings))
            },
            onDismiss = { copying = false },
        )
    }
}

@Composable
private fun FindingRow(finding: Finding) {
    val verdict = stringResource(if (finding.ok) R.string.doctor_good else R.string.doctor_bad)
    Row(
        Modifier
            .fillMaxWidth()
            .semantics(mergeDescendants = true) {}
            .padding(horizontal = Space.large, vertical = Space.medium),
        horizontalArrangement = Arrangement.spacedBy(Space.large),
    ) {
        Pict(
            if (finding.ok) R.drawable.ic_check else R.drawable.ic_warning,
            Modifier.padding(top = 2.dp).size(20.dp).semantics { contentDescription = verdict },
            tint = if (finding.ok) DayflyTheme.more.good else DayflyTheme.more.caution,
        )
        Column(Modifier.weight(1f), verticalArrangement = Arrangement.spacedBy(2.dp)) {
            Text(stringResource(finding.what.words), style = MaterialTheme.typography.labelMedium, color = faint)
            Text(forPeople(finding.sentence), style = MaterialTheme.typography.bodyLarge)
        }
    }
}

/** What a finding is about, in words. */
@get:StringRes
private val What.words: Int
    get() = when (this) {
        What.TRACKER -> R.string.doctor_what_tracker
        What.STUN -> R.string.doctor_what_stun
        What.TURN -> R.string.doctor_what_turn
        What.UDP -> R.string.doctor_what_udp
        What.NAT -> R.string.doctor_what_nat
        What.FILTERING -> R.string.doctor_what_filtering
        What.CGNAT -> R.string.doctor_what_cgnat
        What.HAIRPIN -> R.string.doctor_what_hairpin
        What.IPV6 -> R.string.doctor_what_ipv6
        What.LAN -> R.string.doctor_what_lan
        What.CONCLUSION -> R.string.doctor_what_conclusion
    }

/** The report as text: each finding a line, with its verdict in words. */
internal fun reportText(context: Context, findings: List<Finding>): String = findings.joinToString("\n") { finding ->
    context.getString(
        R.string.doctor_line,
        context.getString(finding.what.words),
        context.getString(if (finding.ok) R.string.doctor_good else R.string.doctor_bad),
        forPeople(finding.sentence),
    )
}
