package app.dayfly.android.invite

import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import app.dayfly.android.R
import app.dayfly.android.people.Choices
import app.dayfly.android.people.RefusalBanner
import app.dayfly.android.people.Said
import app.dayfly.android.people.clock
import app.dayfly.android.people.nameOf
import app.dayfly.android.session.Refusal
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.QuietButton
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SecondaryButton
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.Waiting

/** What can be done in an exchange by hand. */
internal interface ByHandActions {
    fun back()

    fun scan()

    fun paste()

    fun share(text: String)

    fun offer()

    fun refusalRead()
}

/** Two devices meet by two codes and no server: they scan this one, and their answer is scanned. */
@Composable
internal fun ByHandScreen(state: ByHandState, refusal: Refusal?, actions: ByHandActions) {
    ScreenScaffold(stringResource(R.string.manual_title), actions::back) { padding ->
        ScreenColumn(padding) {
            RefusalBanner(refusal, actions::refusalRead, Modifier.padding(top = Space.small))
            when (state) {
                ByHandState.Making -> Waiting(stringResource(R.string.manual_making))

                is ByHandState.Offer -> Offer(state, actions)

                ByHandState.Over -> {
                    Said(
                        R.drawable.ic_clock,
                        stringResource(R.string.manual_over),
                        stringResource(R.string.manual_over_text),
                    )
                    Choices {
                        PrimaryButton(stringResource(R.string.manual_new), actions::offer, Modifier.fillMaxWidth())
                    }
                }

                ByHandState.Connecting -> Waiting(
                    stringResource(R.string.manual_connecting_text),
                    cancel = stringResource(R.string.manual_new),
                    onCancel = actions::offer,
                )

                is ByHandState.Met -> Met(state, actions)
            }
        }
    }
}

@Composable
private fun ColumnScope.Offer(state: ByHandState.Offer, actions: ByHandActions) {
    Text(
        stringResource(R.string.manual_why),
        Modifier.padding(top = Space.small),
        style = MaterialTheme.typography.bodyMedium,
    )
    SectionTitle(stringResource(R.string.manual_step_1))
    Text(
        stringResource(R.string.manual_step_1_text, clock(state.secondsLeft)),
        style = MaterialTheme.typography.bodyMedium,
    )
    Picture(state.code.matrix, stringResource(R.string.manual_qr))
    QuietButton(
        stringResource(R.string.manual_share),
        { actions.share(state.code.text) },
        Modifier.fillMaxWidth(),
        icon = R.drawable.ic_share,
    )
    SectionTitle(stringResource(R.string.manual_step_2))
    Text(stringResource(R.string.manual_step_2_text), style = MaterialTheme.typography.bodyMedium)
    Choices {
        PrimaryButton(
            stringResource(R.string.manual_scan),
            actions::scan,
            Modifier.fillMaxWidth(),
            icon = R.drawable.ic_scan,
        )
        SecondaryButton(
            stringResource(R.string.manual_paste),
            actions::paste,
            Modifier.fillMaxWidth(),
            icon = R.drawable.ic_paste,
        )
    }
}

@Composable
private fun ColumnScope.Met(state: ByHandState.Met, actions: ByHandActions) {
    Said(
        if (state.verified) R.drawable.ic_verified else R.drawable.ic_person,
        stringResource(R.string.manual_met, nameOf(state.name)),
        stringResource(if (state.verified) R.string.manual_met_text else R.string.manual_met_unverified),
        if (state.verified) DayflyTheme.more.good else MaterialTheme.colorScheme.primary,
    )
    Choices {
        PrimaryButton(stringResource(R.string.verify_done_close), actions::back, Modifier.fillMaxWidth())
        SecondaryButton(stringResource(R.string.manual_next), actions::offer, Modifier.fillMaxWidth())
    }
}
