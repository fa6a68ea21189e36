package app.dayfly.android.settings

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.Group
import app.dayfly.android.ui.LinkRow
import app.dayfly.android.ui.RowLine
import app.dayfly.android.ui.ScreenColumn
import app.dayfly.android.ui.ScreenScaffold
import app.dayfly.android.ui.SectionTitle
import app.dayfly.android.ui.faint

// What this is, who is contacted, and whose work is in it.

/** The version of what Dayflies say to each other; the same as in the core, by a test. */
internal const val PROTOCOL = 1

/** Versions, terms and licences. */
@Composable
internal fun AboutPage(version: String, build: String, onLicences: () -> Unit, onBack: () -> Unit) {
    ScreenScaffold(stringResource(R.string.about_title), onBack, large = true) { padding ->
        ScreenColumn(padding) {
            Note(stringResource(R.string.about_text))
            Group {
                LinkRow(stringResource(R.string.about_version), text = version)
                RowLine()
                LinkRow(stringResource(R.string.about_build), text = build)
                RowLine()
                LinkRow(
                    stringResource(R.string.about_protocol),
                    text = stringResource(R.string.about_protocol_text, PROTOCOL),
                )
                RowLine()
                LinkRow(
                    stringResource(R.string.licences_title),
                    text = stringResource(R.string.licences_row),
                    icon = R.drawable.ic_document,
                    onClick = onLicences,
                )
            }
            SectionTitle(stringResource(R.string.welcome_terms_title))
            Note(stringResource(R.string.welcome_terms))
            SectionTitle(stringResource(R.string.welcome_limits_title))
            for (limit in limits) Note(stringResource(limit))
        }
    }
}

private val limits =
    listOf(
        R.string.welcome_limit_addresses,
        R.string.welcome_limit_meeting,
        R.string.welcome_limit_device,
        R.string.welcome_limit_audit,
        R.string.about_limit_keyboard,
    )

/** Who is contacted, who runs it, and what it learns. */
@Composable
internal fun ContactedPage(onBack: () -> Unit) {
    ScreenScaffold(stringResource(R.string.contacted_title), onBack, large = true) { padding ->
        ScreenColumn(padding) {
            Note(stringResource(R.string.contacted_text))
            for (contacts in Contacts.entries) {
                SectionTitle(stringResource(contacts.title))
                Note(stringResource(contacts.learns))
                Group {
                    contacts.all.forEachIndexed { at, contact ->
                        if (at > 0) RowLine()
                        LinkRow(contact.host, text = contact.operator)
                    }
                }
            }
            SectionTitle(stringResource(R.string.contacted_members))
            Note(stringResource(R.string.contacted_members_text))
            SectionTitle(stringResource(R.string.contacted_lan))
            Note(stringResource(R.string.contacted_lan_text))
        }
    }
}

/** Everything that is in the app and was made by others. */
@Composable
internal fun LicencesPage(parts: List<LicensedPart>, onPart: (Int) -> Unit, onBack: () -> Unit) {
    ScreenScaffold(stringResource(R.string.licences_title), onBack) { padding ->
        LazyColumn(contentPadding = padding) {
            item { Column(Modifier.padding(horizontal = Space.page)) { Note(stringResource(R.string.licences_text)) } }
            items(parts.size) { at ->
                val part = parts[at]
                LinkRow(
                    part.name,
                    text = stringResource(R.string.licences_part, part.version, part.licence),
                    onClick = { onPart(at) },
                )
            }
        }
    }
}

/** The words of one part's licence, as its authors wrote them. */
@Composable
internal fun LicencePage(part: LicensedPart, texts: List<String>, onBack: () -> Unit) {
    ScreenScaffold(part.name, onBack) { padding ->
        CompositionLocalProvider(LocalLayoutDirection provides LayoutDirection.Ltr) {
            SelectionContainer {
                LazyColumn(
                    Modifier.padding(horizontal = Space.page),
                    contentPadding = padding,
                    verticalArrangement = Arrangement.spacedBy(24.dp),
                ) {
                    item { Text(part.licence, style = MaterialTheme.typography.titleMedium) }
                    items(texts) {
                        Text(
                            it,
                            style = MaterialTheme.typography.bodySmall.copy(fontFamily = FontFamily.Monospace),
                            color = faint,
                        )
                    }
                }
            }
        }
    }
}
