package app.dayfly.android.people

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.session.Refusal
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Avatar
import app.dayfly.android.ui.Banner
import app.dayfly.android.ui.BannerKind
import app.dayfly.android.ui.ConfirmDialog
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.PrimaryButton
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SecondaryButton
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.SwitchRow
import app.dayfly.android.ui.TrustBadge
import app.dayfly.android.ui.faint
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.Trust
import java.net.URI

/** What can be done with one member. */
internal interface MemberActions {
    fun back()

    fun verify()

    fun inPerson()

    fun direct()

    fun mute(on: Boolean)

    fun remove()

    fun handOver()

    fun block(on: Boolean)

    fun report()

    fun refusalRead()
}

/** One member: who they are as far as anybody knows, what that is worth, and what can be done. */
@Composable
internal fun MemberScreen(page: MemberPage, refusal: Refusal?, actions: MemberActions) {
    val member = page.member
    ScreenScaffold(nameOf(member), actions::back) { padding ->
        ScreenColumn(padding) {
            RefusalBanner(refusal, actions::refusalRead, Modifier.padding(top = Space.small))
            if (page.gone) {
                Banner(
                    BannerKind.NOTE,
                    stringResource(R.string.people_gone_text),
                    Modifier.padding(top = Space.small),
                    title = stringResource(R.string.people_gone_title),
                )
            }
            Head(member)
            for (warning in warnings(member)) {
                Banner(BannerKind.PROBLEM, stringResource(warning), Modifier.padding(top = Space.small))
            }
            TrustSection(page, actions)
            if (page.canDirect) {
                SecondaryButton(
                    stringResource(R.string.people_direct),
                    actions::direct,
                    Modifier.fillMaxWidth().padding(top = Space.medium),
                    icon = R.drawable.ic_direct,
                )
            }
            ConnectionSection(member)
            KeySection(member)
            if (page.canModerate) OwnerSection(page, actions)
            OwnSection(page, actions)
        }
    }
}

@Composable
private fun Head(member: Member) {
    Row(
        Modifier.fillMaxWidth().padding(top = Space.medium, bottom = Space.small),
        horizontalArrangement = Arrangement.spacedBy(Space.large),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        Avatar(member.fingerprint, size = 72.dp)
        Column(Modifier.weight(1f), verticalArrangement = Arrangement.spacedBy(Space.hair)) {
            Text(
                nameOf(member),
                Modifier.semantics { heading() },
                style = MaterialTheme.typography.headlineSmall,
            )
            TrustBadge(member.trust)
        }
    }
}

@Composable
private fun ColumnScope.TrustSection(page: MemberPage, actions: MemberActions) {
    val member = page.member
    SectionTitle(stringResource(R.string.people_heading_trust))
    Group {
        Column(Modifier.padding(Space.large), verticalArrangement = Arrangement.spacedBy(Space.small)) {
            Text(stringResource(member.trustMeaning), style = MaterialTheme.typography.bodyLarge)
            Text(stringResource(member.trustAdvice), style = MaterialTheme.typography.bodyMedium, color = faint)
        }
    }
    if (!page.canVerify) return
    val verified = member.trust == Trust.VERIFIED
    if (verified) {
        SecondaryButton(
            stringResource(R.string.people_verify_again),
            actions::verify,
            Modifier.fillMaxWidth().padding(top = Space.medium),
        )
    } else {
        PrimaryButton(
            stringResource(R.string.people_verify),
            actions::verify,
            Modifier.fillMaxWidth().padding(top = Space.medium),
        )
        SecondaryButton(
            stringResource(R.string.people_verify_scan),
            actions::inPerson,
            Modifier.fillMaxWidth().padding(top = Space.small),
            icon = R.drawable.ic_scan,
        )
    }
}

@Composable
private fun ConnectionSection(member: Member) {
    SectionTitle(stringResource(R.string.people_heading_connection))
    Group {
        LinkRow(stringResource(member.reach.word), text = stringResource(member.reach.meaning))
        if (member.inBrowser) {
            RowLine()
            LinkRow(
                stringResource(R.string.people_mark_browser),
                text = listOfNotNull(
                    stringResource(R.string.people_browser_meaning),
                    member.islands.ifEmpty { null }?.let { origins ->
                        stringResource(R.string.people_islands, origins.joinToString { isolated(hostOf(it)) })
                    },
                ).joinToString("\n"),
            )
        }
        if (member.owner) {
            RowLine()
            LinkRow(
                stringResource(R.string.people_mark_owner),
                text = stringResource(R.string.people_owner_meaning),
            )
        }
        if (member.muted) {
            RowLine()
            LinkRow(
                stringResource(R.string.people_mark_muted),
                text = stringResource(R.string.people_muted_meaning),
            )
        }
    }
}

/** The host of an origin, which is all of it that people know a site by. */
internal fun hostOf(origin: String): String = runCatching { URI(origin).authority }.getOrNull() ?: origin

@Composable
private fun KeySection(member: Member) {
    SectionTitle(stringResource(R.string.people_heading_identity))
    Group {
        Column(Modifier.padding(Space.large), verticalArrangement = Arrangement.spacedBy(Space.hair)) {
            Text(stringResource(R.string.people_fingerprint), style = MaterialTheme.typography.bodyLarge)
            if (member.fingerprint.isEmpty()) {
                Text(stringResource(R.string.people_no_fingerprint), style = MaterialTheme.typography.bodyMedium)
            } else {
                Fixed(member.fingerprint)
            }
            Text(
                stringResource(R.string.people_fingerprint_meaning),
                style = MaterialTheme.typography.bodyMedium,
                color = faint,
            )
        }
        val kept = member.kept
        if (kept != null) {
            RowLine()
            Column(Modifier.padding(Space.large), verticalArrangement = Arrangement.spacedBy(Space.hair)) {
                Text(stringResource(R.string.people_kept), style = MaterialTheme.typography.bodyLarge)
                SelectionContainer { Fixed(kept) }
                Text(
                    stringResource(R.string.people_kept_meaning),
                    style = MaterialTheme.typography.bodyMedium,
                    color = faint,
                )
            }
        }
    }
}

/** A key's text: every character as wide as the next. */
@Composable
private fun Fixed(text: String) {
    Text(text, style = MaterialTheme.typography.bodyMedium, fontFamily = FontFamily.Monospace)
}

@Composable
private fun OwnerSection(page: MemberPage, actions: MemberActions) {
    val member = page.member
    var asked by remember { mutableStateOf<Question?>(null) }
    SectionTitle(stringResource(R.string.people_heading_owner))
    Group {
        SwitchRow(
            stringResource(R.string.people_mute),
            member.muted,
            actions::mute,
            text = stringResource(R.string.people_mute_detail),
            icon = R.drawable.ic_mute,
        )
        if (page.canHandOver) {
            RowLine()
            LinkRow(
                stringResource(R.string.people_hand_over),
                text = stringResource(R.string.people_hand_over_detail),
                icon = R.drawable.ic_owner,
                onClick = { asked = Question.HAND_OVER },
            )
        }
        RowLine()
        LinkRow(
            stringResource(R.string.people_remove),
            icon = R.drawable.ic_leave,
            danger = true,
            onClick = { asked = Question.REMOVE },
        )
    }
    when (asked) {
        Question.REMOVE -> ConfirmDialog(
            title = stringResource(R.string.people_remove_ask, nameOf(member)),
            text = stringResource(R.string.people_remove_what),
            confirm = stringResource(R.string.people_remove_do),
            onConfirm = {
                asked = null
                actions.remove()
            },
            onDismiss = { asked = null },
            danger = true,
        )

        Question.HAND_OVER -> HandOverDialog(
            member,
            onConfirm = {
                asked = null
                actions.handOver()
            },
            onDismiss = { asked = null },
        )

        null -> Unit
    }
}

private enum class Question { REMOVE, HAND_OVER }

/** Asks before the room is handed over to [member], which cannot be taken back. */
@Composable
internal fun HandOverDialog(member: Member, onConfirm: () -> Unit, onDismiss: () -> Unit) {
    ConfirmDialog(
        title = stringResource(R.string.people_hand_over_ask, nameOf(member)),
        text = listOfNotNull(
            stringResource(R.string.people_hand_over_what),
            stringResource(R.string.people_hand_over_unverified).takeIf { member.trust != Trust.VERIFIED },
        ).joinToString("\n\n"),
        confirm = stringResource(R.string.people_hand_over_do),
        onConfirm = onConfirm,
        onDismiss = onDismiss,
        danger = true,
    )
}

@Composable
private fun OwnSection(page: MemberPage, actions: MemberActions) {
    SectionTitle(stringResource(R.string.people_heading_you))
    Group {
        if (!page.gone) {
            SwitchRow(
                stringResource(R.string.people_block),
                page.member.blocked,
                actions::block,
                text = stringResource(
                    if (page.member.blocked) R.string.people_blocked_meaning else R.string.people_block_detail,
                ),
                icon = R.drawable.ic_block,
            )
            RowLine()
        }
        LinkRow(
            stringResource(R.string.people_report),
            text = stringResource(R.string.people_report_detail),
            icon = R.drawable.ic_report,
            onClick = actions::report,
        )
    }
}
