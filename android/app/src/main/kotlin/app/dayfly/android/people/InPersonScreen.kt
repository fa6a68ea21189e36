package app.dayfly.android.people

import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.session.Refusal
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Bright
import app.dayfly.android.ui.Pict
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.QrCode
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SecondaryButton
import app.dayfly.android.ui.Waiting
import app.dayfly.android.ui.faint
import app.dayfly.core.proto.Matrix

/** What can be done while somebody is checked in person. */
internal interface InPersonActions {
    fun back()

    fun show()

    fun scan()

    fun tick(seen: Boolean)

    fun later()

    fun again()

    fun refusalRead()
}

/** Two people beside each other: one shows a code, the other scans it, and both screens say what came of it. */
@Composable
internal fun InPersonScreen(state: InPersonState, refusal: Refusal?, actions: InPersonActions) {
    ScreenScaffold(stringResource(R.string.verify_person_title), actions::back) { padding ->
        ScreenColumn(padding) {
            RefusalBanner(refusal, actions::refusalRead, Modifier.padding(top = Space.small))
            when (state) {
                InPersonState.Choose -> Choose(actions)

                is InPersonState.Shown -> Shown(state.code, state.secondsLeft)

                InPersonState.Over -> {
                    Said(R.drawable.ic_clock, stringResource(R.string.verify_person_over))
                    Again(stringResource(R.string.verify_person_new), actions::show, actions::back)
                }

                is InPersonState.Tick -> Tick(
                    nameOf(state.name),
                    { actions.tick(true) },
                    { actions.tick(false) },
                    actions::later,
                )

                InPersonState.Checking -> Waiting(stringResource(R.string.verify_scanning))

                is InPersonState.Scanned -> Scanned(nameOf(state.name), actions::back)

                InPersonState.NotTaken -> {
                    Said(
                        R.drawable.ic_warning,
                        stringResource(R.string.verify_scan_failed),
                        stringResource(R.string.verify_scan_failed_text),
                    )
                    Again(stringResource(R.string.verify_again), actions::again, actions::back)
                }

                is InPersonState.Done -> Done(
                    stringResource(R.string.verify_done, nameOf(state.name)),
                    stringResource(R.string.verify_person_done_text),
                    actions::back,
                )

                is InPersonState.Mismatch -> Mismatch(
                    stringResource(R.string.verify_tick_mismatch),
                    stringResource(R.string.verify_tick_mismatch_text, nameOf(state.name)),
                    actions::back,
                )

                InPersonState.Unanswered -> {
                    Said(
                        R.drawable.ic_clock,
                        stringResource(R.string.verify_cancelled),
                        stringResource(R.string.verify_person_unanswered),
                    )
                    Again(stringResource(R.string.verify_again), actions::again, actions::back)
                }
            }
        }
    }
}

@Composable
private fun ColumnScope.Choose(actions: InPersonActions) {
    Said(R.drawable.ic_qr, stringResource(R.string.verify_person_title), stringResource(R.string.verify_person_why))
    Choices {
        PrimaryButton(
            stringResource(R.string.verify_person_show),
            actions::show,
            Modifier.fillMaxWidth(),
            icon = R.drawable.ic_qr,
        )
        SecondaryButton(
            stringResource(R.string.verify_person_scan),
            actions::scan,
            Modifier.fillMaxWidth(),
            icon = R.drawable.ic_scan,
        )
    }
}

@Composable
private fun ColumnScope.Shown(code: Matrix, secondsLeft: Int) {
    Text(
        stringResource(R.string.verify_person_shown),
        Modifier.padding(top = Space.small).semantics { heading() },
        style = MaterialTheme.typography.headlineSmall,
    )
    Bright()
    QrCode(
        code.size.toInt(),
        code.modules,
        stringResource(R.string.verify_person_qr),
        Modifier.align(Alignment.CenterHorizontally).padding(vertical = Space.large),
    )
    Text(
        stringResource(R.string.verify_person_left, clock(secondsLeft)),
        Modifier.align(Alignment.CenterHorizontally),
        style = MaterialTheme.typography.titleMedium,
    )
    Text(
        stringResource(R.string.verify_person_shown_text),
        Modifier.padding(top = Space.medium),
        style = MaterialTheme.typography.bodyMedium,
        color = faint,
    )
}

/** The tick that the other person looks for: as large as the screen allows. */
@Composable
private fun ColumnScope.Scanned(name: String, onClose: () -> Unit) {
    val tick = stringResource(R.string.verify_scanned_tick, name)
    Pict(
        R.drawable.ic_check,
        Modifier
            .align(Alignment.CenterHorizontally)
            .padding(top = Space.page)
            .size(200.dp)
            .semantics {
                contentDescription = tick
                liveRegion = LiveRegionMode.Polite
            },
        tint = DayflyTheme.more.good,
    )
    Text(
        stringResource(R.string.verify_scanned, name),
        Modifier.fillMaxWidth().padding(top = Space.medium).semantics { heading() },
        style = MaterialTheme.typography.headlineMedium,
        textAlign = TextAlign.Center,
    )
    Text(
        stringResource(R.string.verify_scanned_text),
        Modifier.fillMaxWidth().padding(top = Space.small),
        style = MaterialTheme.typography.bodyLarge,
        textAlign = TextAlign.Center,
    )
    Choices { SecondaryButton(stringResource(R.string.verify_done_close), onClose, Modifier.fillMaxWidth()) }
}

@Composable
private fun Again(again: String, onAgain: () -> Unit, onClose: () -> Unit) {
    Choices {
        PrimaryButton(again, onAgain, Modifier.fillMaxWidth())
        SecondaryButton(stringResource(R.string.people_close), onClose, Modifier.fillMaxWidth())
    }
}

/** Minutes and seconds, as on a clock. */
internal fun clock(seconds: Int): String = "%d:%02d".format(seconds / 60, seconds % 60)
