package app.dayfly.android.invite

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.material3.FilterChip
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.people.RefusalBanner
import app.dayfly.android.people.clock
import app.dayfly.android.people.isolated
import app.dayfly.android.session.Refusal
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.Bright
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.IconAction
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.QrCode
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SecondaryButton
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.Waiting
import app.dayfly.core.proto.Matrix

/** What can be done to invite somebody. */
internal interface InviteActions {
    fun back()

    fun show(link: InviteLink)

    fun share(link: InviteLink)

    fun copy(link: InviteLink)

    fun shortCode()

    fun byHand()

    fun roomOptions()

    fun refusalRead()
}

/** The room's invite: a square code to scan, a link to send, and what each gives away. */
@Composable
internal fun InviteScreen(state: InviteState, refusal: Refusal?, copied: Boolean, actions: InviteActions) {
    ScreenScaffold(stringResource(R.string.invite_title), actions::back) { padding ->
        ScreenColumn(padding) {
            RefusalBanner(refusal, actions::refusalRead, Modifier.padding(top = Space.small))
            if (state.locked) {
                Banner(
                    BannerKind.CAUTION,
                    stringResource(R.string.invite_locked),
                    Modifier.padding(top = Space.small),
                    action = stringResource(R.string.invite_locked_open),
                    onAction = actions::roomOptions,
                )
            }
            Square(state)
            if (state.links.size > 1) Shapes(state, actions)
            if (state.password) {
                Banner(BannerKind.NOTE, stringResource(R.string.invite_password), Modifier.padding(top = Space.large))
            }
            Sending(state, actions)
            if (copied) {
                Banner(BannerKind.GOOD, stringResource(R.string.invite_copied), Modifier.padding(top = Space.small))
            }
            SectionTitle(stringResource(R.string.invite_heading_other))
            Group {
                LinkRow(
                    stringResource(R.string.invite_code),
                    text = state.codeSecondsLeft?.let { stringResource(R.string.invite_code_running, clock(it)) }
                        ?: stringResource(R.string.invite_code_detail),
                    icon = R.drawable.ic_keypad,
                    onClick = actions::shortCode,
                )
                if (!state.web) {
                    RowLine()
                    LinkRow(
                        stringResource(R.string.invite_manual),
                        text = stringResource(R.string.invite_manual_detail),
                        icon = R.drawable.ic_scan,
                        onClick = actions::byHand,
                    )
                }
            }
        }
    }
}

@Composable
private fun ColumnScope.Square(state: InviteState) {
    val page = state.shown.site != null
    Picture(state.code, stringResource(if (page) R.string.invite_qr_web else R.string.invite_qr_native))
    Text(
        stringResource(
            when {
                page -> R.string.invite_scan_web
                state.web -> R.string.invite_scan_dayfly
                else -> R.string.invite_scan_native
            },
        ),
        Modifier.fillMaxWidth(),
        style = MaterialTheme.typography.bodyLarge,
        textAlign = TextAlign.Center,
    )
}

/** A square code as large as the column allows, on a bright screen; its place is kept while it is made. */
@Composable
internal fun ColumnScope.Picture(code: Matrix?, label: String) {
    val place = Modifier.align(Alignment.CenterHorizontally).padding(vertical = Space.large)
    if (code == null) {
        Column(place.size(320.dp), Arrangement.Center) { Waiting(stringResource(R.string.manual_making)) }
    } else {
        Bright()
        QrCode(code.size.toInt(), code.modules, label, place)
    }
}

/** Which link the square code holds. */
@OptIn(ExperimentalLayoutApi::class)
@Composable
private fun Shapes(state: InviteState, actions: InviteActions) {
    FlowRow(
        Modifier.fillMaxWidth().padding(top = Space.small).selectableGroup(),
        horizontalArrangement = Arrangement.spacedBy(Space.small, Alignment.CenterHorizontally),
    ) {
        val several = state.links.count { it.site != null } > 1
        for (link in state.links) {
            FilterChip(
                selected = link == state.shown,
                onClick = { actions.show(link) },
                label = {
                    Text(
                        when {
                            link.site == null -> stringResource(R.string.invite_as_dayfly)
                            several -> isolated(link.site)
                            else -> stringResource(R.string.invite_as_page)
                        },
                    )
                },
            )
        }
    }
}

@Composable
private fun Sending(state: InviteState, actions: InviteActions) {
    SectionTitle(stringResource(R.string.invite_heading_link))
    val (kind, text) = when (state.warning) {
        LinkWarning.NATIVE_SECRET -> BannerKind.CAUTION to R.string.invite_secret_native
        LinkWarning.WEB_SECRET -> BannerKind.CAUTION to R.string.invite_secret_web
        LinkWarning.PUBLIC -> BannerKind.NOTE to R.string.invite_public_web
        LinkWarning.LOCKED_LINK -> BannerKind.NOTE to R.string.invite_locked_link
    }
    Banner(kind, stringResource(text), Modifier.padding(bottom = Space.medium))
    val only = state.links.singleOrNull()
    if (only != null) {
        PrimaryButton(
            stringResource(R.string.invite_share),
            { actions.share(only) },
            Modifier.fillMaxWidth(),
            icon = R.drawable.ic_share,
        )
        SecondaryButton(
            stringResource(R.string.invite_copy),
            { actions.copy(only) },
            Modifier.fillMaxWidth().padding(top = Space.small),
            icon = R.drawable.ic_copy,
        )
        return
    }
    Group {
        state.links.forEachIndexed { at, link ->
            if (at > 0) RowLine()
            LinkLine(link, actions)
        }
    }
}

@Composable
private fun LinkLine(link: InviteLink, actions: InviteActions) {
    val name = link.site?.let { isolated(it) } ?: stringResource(R.string.invite_link_dayfly)
    LinkRow(
        name,
        text = stringResource(
            if (link.site == null) R.string.invite_link_dayfly_detail else R.string.invite_link_web_detail,
        ),
        trailing = {
            IconAction(
                R.drawable.ic_copy,
                stringResource(R.string.invite_copy_of, name),
                { actions.copy(link) },
            )
            IconAction(
                R.drawable.ic_share,
                stringResource(R.string.invite_share_of, name),
                { actions.share(link) },
                tint = MaterialTheme.colorScheme.primary,
            )
        },
    )
}
