package app.dayfly.android.people

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ExperimentalLayoutApi
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.itemsIndexed
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.session.Refusal
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Avatar
import app.dayfly.android.ui.EmptyState
import app.dayfly.android.ui.Field
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.IconAction
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.QuietButton
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.TrustBadge
import app.dayfly.android.ui.faint
import app.dayfly.core.proto.Member

/** What can be done from the list of members. */
internal interface MembersActions {
    fun back()

    fun search(text: String)

    fun rename(name: String)

    fun open(member: String)

    fun invite()

    fun groupCheck()

    fun inPerson()

    fun refusalRead()
}

/** Who is in the room: how each is connected and what was checked. Its own row comes first. */
@Composable
internal fun MembersScreen(state: MembersState, refusal: Refusal?, actions: MembersActions) {
    ScreenScaffold(stringResource(R.string.people_title), actions::back) { padding ->
        Box(Modifier.fillMaxSize(), contentAlignment = Alignment.TopCenter) {
            LazyColumn(
                Modifier.widthIn(max = Space.column).fillMaxSize(),
                contentPadding = PaddingValues(
                    start = Space.page,
                    end = Space.page,
                    top = padding.calculateTopPadding(),
                    bottom = padding.calculateBottomPadding() + Space.huge,
                ),
            ) {
                item("refusal") { RefusalBanner(refusal, actions::refusalRead, Modifier.padding(top = Space.small)) }
                item("me") { OwnRow(state, actions) }
                if (state.search != null) item("search") { Search(state.search, actions::search) }
                if (state.alone) {
                    item("alone") {
                        EmptyState(
                            stringResource(R.string.people_empty_title),
                            stringResource(R.string.people_empty_text),
                            action = stringResource(R.string.people_empty_invite),
                            onAction = actions::invite,
                        )
                    }
                } else {
                    item("title") {
                        SectionTitle(pluralStringResource(R.plurals.people_count, state.present, state.present))
                    }
                }
                itemsIndexed(state.others, { _, member -> member.id }) { at, member ->
                    // Each row is a card of its own group: the corners of first and last are round.
                    Surface(
                        Modifier.fillMaxWidth(),
                        shape = groupShape(at, state.others.size),
                        color = MaterialTheme.colorScheme.surfaceContainerLow,
                    ) {
                        Column {
                            if (at > 0) RowLine()
                            MemberRow(member) { actions.open(member.id) }
                        }
                    }
                }
                if (state.others.isEmpty() && !state.alone) {
                    item("none") {
                        Text(
                            stringResource(R.string.people_filter_none),
                            Modifier.padding(Space.large),
                            color = faint,
                        )
                    }
                }
                if (state.comparable > 0) item("checks") { Checks(state, actions) }
            }
        }
    }
}

@Composable
private fun groupShape(at: Int, of: Int): RoundedCornerShape {
    val top = if (at == 0) 22.dp else 0.dp
    val bottom = if (at == of - 1) 22.dp else 0.dp
    return RoundedCornerShape(topStart = top, topEnd = top, bottomStart = bottom, bottomEnd = bottom)
}

@Composable
private fun Checks(state: MembersState, actions: MembersActions) {
    Column {
        SectionTitle(stringResource(R.string.people_heading_trust))
        Group {
            LinkRow(
                stringResource(R.string.people_in_person),
                text = stringResource(R.string.people_in_person_detail),
                icon = R.drawable.ic_scan,
                onClick = actions::inPerson,
            )
            if (state.native) {
                RowLine()
                LinkRow(
                    stringResource(R.string.people_group_check),
                    text = stringResource(R.string.people_group_check_detail),
                    icon = R.drawable.ic_people,
                    onClick = actions::groupCheck,
                )
            }
        }
    }
}

@Composable
private fun OwnRow(state: MembersState, actions: MembersActions) {
    var renaming by remember { mutableStateOf(false) }
    Column {
        SectionTitle(stringResource(R.string.people_you))
        Group {
            LinkRow(
                nameOf(state.me),
                text = listOfNotNull(
                    stringResource(R.string.people_mark_owner).takeIf { state.me.owner },
                    state.me.fingerprint.ifEmpty { null },
                ).joinToString("\n"),
                leading = { Avatar(state.me.fingerprint) },
                trailing = {
                    IconAction(R.drawable.ic_edit, stringResource(R.string.people_rename), { renaming = true })
                },
            )
            if (renaming) {
                Rename(
                    state.me.name,
                    onRename = {
                        renaming = false
                        actions.rename(it)
                    },
                    onClose = { renaming = false },
                )
            }
            if (state.me.muted) {
                Text(
                    stringResource(R.string.people_muted_me),
                    Modifier.padding(start = Space.large, end = Space.large, bottom = Space.large),
                    style = MaterialTheme.typography.bodyMedium,
                    color = MaterialTheme.colorScheme.error,
                )
            }
        }
    }
}

@Composable
private fun Search(text: String, onSearch: (String) -> Unit) {
    Field(
        text,
        onSearch,
        stringResource(R.string.people_filter),
        Modifier.padding(top = Space.medium),
        imeAction = ImeAction.Search,
        trailing = {
            if (text.isNotEmpty()) {
                IconAction(R.drawable.ic_close, stringResource(R.string.people_filter_clear), { onSearch("") })
            }
        },
    )
}

/** One member: who, what was checked, how connected, and what to be wary of. One thing to a screen reader. */
@Composable
internal fun MemberRow(member: Member, onClick: () -> Unit) {
    Row(
        Modifier
            .fillMaxWidth()
            .clickable(role = Role.Button, onClick = onClick)
            .padding(horizontal = Space.large, vertical = Space.medium),
        horizontalArrangement = Arrangement.spacedBy(Space.large),
    ) {
        Avatar(member.fingerprint)
        Column(Modifier.weight(1f), verticalArrangement = Arrangement.spacedBy(Space.hair)) {
            MemberWords(member)
        }
    }
}

@OptIn(ExperimentalLayoutApi::class)
@Composable
private fun MemberWords(member: Member) {
    Text(nameOf(member), style = MaterialTheme.typography.bodyLarge)
    FlowRow(
        horizontalArrangement = Arrangement.spacedBy(Space.medium),
        verticalArrangement = Arrangement.spacedBy(2.dp),
    ) {
        TrustBadge(member.trust)
        Text(stringResource(member.reach.word), style = MaterialTheme.typography.bodyMedium, color = faint)
    }
    val marks = marks(member)
    if (marks.isNotEmpty()) {
        Text(marks.joinToString(" · "), style = MaterialTheme.typography.bodyMedium, color = faint)
    }
    for (warning in warnings(member)) {
        Text(
            stringResource(warning),
            style = MaterialTheme.typography.bodyMedium,
            color = MaterialTheme.colorScheme.error,
        )
    }
}

@Composable
private fun marks(member: Member): List<String> = listOfNotNull(
    R.string.people_mark_owner.takeIf { member.owner },
    R.string.people_mark_muted.takeIf { member.muted },
    R.string.people_mark_blocked.takeIf { member.blocked },
    R.string.people_mark_browser.takeIf { member.inBrowser },
).map { stringResource(it) }

/** What to be wary of, whatever was checked. */
internal fun warnings(member: Member): List<Int> = listOfNotNull(
    R.string.people_same_key.takeIf { member.sameKey },
    R.string.people_same_name.takeIf { member.sameName },
    R.string.people_was_native.takeIf { member.wasNative },
)

@Composable
private fun Rename(name: String, onRename: (String) -> Unit, onClose: () -> Unit) {
    // Not saved across the process's death: nothing of a room is.
    var typed by remember { mutableStateOf(name) }
    Column(Modifier.padding(start = Space.large, end = Space.large, bottom = Space.medium)) {
        Field(
            typed,
            { typed = fittingName(it) },
            stringResource(R.string.people_rename_label),
            hint = stringResource(R.string.people_rename_count, typed.length, MAX_NAME),
            capitals = KeyboardCapitalization.Words,
            imeAction = ImeAction.Done,
            onDone = { onRename(typed) },
        )
        Text(
            stringResource(R.string.people_rename_hint),
            Modifier.padding(vertical = Space.small),
            style = MaterialTheme.typography.bodyMedium,
            color = faint,
        )
        Row(Modifier.align(Alignment.End), Arrangement.spacedBy(Space.small)) {
            QuietButton(stringResource(R.string.cancel), onClose)
            QuietButton(
                stringResource(R.string.people_rename_save),
                { onRename(typed) },
                enabled = typed.isNotBlank() && typed != name,
            )
        }
    }
}
