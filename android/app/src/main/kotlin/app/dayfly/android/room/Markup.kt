// Words of people as they read: what the core made of their Markdown. Nothing is fetched, nothing is
// opened without asking, and each block runs in the direction of its own first letter.

package app.dayfly.android.room

import androidx.compose.foundation.horizontalScroll
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.IntrinsicSize
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.rememberScrollState
import androidx.compose.material3.HorizontalDivider
import androidx.compose.material3.LocalContentColor
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.drawBehind
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.AnnotatedString
import androidx.compose.ui.text.LinkAnnotation
import androidx.compose.ui.text.SpanStyle
import androidx.compose.ui.text.TextLinkStyles
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.buildAnnotatedString
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.font.FontStyle
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.style.TextDecoration
import androidx.compose.ui.text.style.TextDirection
import androidx.compose.ui.text.withLink
import androidx.compose.ui.text.withStyle
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import app.dayfly.android.R
import app.dayfly.android.theme.Space
import app.dayfly.android.ui.IconAction
import app.dayfly.core.proto.Block
import app.dayfly.core.proto.BlockKind
import app.dayfly.core.proto.Inline
import app.dayfly.core.proto.LinkTarget

/** The blocks of a message, one under the other. Without [onLink] and [onCopy] they can only be read. */
@Composable
internal fun Markup(
    blocks: List<Block>,
    onLink: ((LinkTarget) -> Unit)?,
    onCopy: ((String) -> Unit)?,
    modifier: Modifier = Modifier,
) {
    // As wide as its widest block, so that each block begins at the side its own direction begins at.
    Column(modifier.width(IntrinsicSize.Max)) {
        blocks.forEachIndexed { index, block ->
            val above = blocks.getOrNull(index - 1)
            if (above != null) Spacer(Modifier.height(gap(above, block)))
            Quoted(block.quote.toInt()) { OneBlock(block, onLink, onCopy) }
        }
    }
}

/** The words of [blocks] as one text, for a screen reader. */
internal fun spokenText(blocks: List<Block>): String = blocks.joinToString("\n") { block ->
    val words = block.content.joinToString("") { it.text }
    val kind = block.kind
    if (kind is BlockKind.Item && kind.number != null) "${kind.number}. $words" else words
}

/** Where [blocks] lead, each place once. */
internal fun links(blocks: List<Block>): List<LinkTarget> =
    blocks.flatMap { block -> block.content.mapNotNull { it.link } }.distinct()

private fun gap(above: Block, block: Block) =
    if (above.kind is BlockKind.Item && block.kind is BlockKind.Item) 2.dp else 6.dp

@Composable
private fun Quoted(depth: Int, content: @Composable () -> Unit) {
    if (depth == 0) return content()
    val rtl = LocalLayoutDirection.current == LayoutDirection.Rtl
    val ink = LocalContentColor.current.copy(alpha = 0.45f)
    Row(
        Modifier
            .drawBehind {
                repeat(depth) { level ->
                    val x = 2.dp.toPx() + level * 10.dp.toPx()
                    val left = if (rtl) size.width - x - 3.dp.toPx() else x
                    drawRect(ink, Offset(left, 0f), Size(3.dp.toPx(), size.height))
                }
            }.padding(start = (10 * depth + 4).dp),
    ) { content() }
}

@Composable
private fun OneBlock(block: Block, onLink: ((LinkTarget) -> Unit)?, onCopy: ((String) -> Unit)?) {
    val indent = Modifier.padding(start = (12 * (block.indent.toInt() - 1).coerceAtLeast(0)).dp)
    when (val kind = block.kind) {
        is BlockKind.Paragraph -> {
            val under = if (block.indent >
                0u
            ) {
                Modifier.padding(start = (12 * block.indent.toInt() + 10).dp)
            } else {
                Modifier
            }
            Words(block.content, body(), onLink, if (block.quote == 0.toUByte()) under.fillMaxWidth() else under)
        }
        is BlockKind.Heading -> Words(block.content, heading(kind.level.toInt()), onLink, Modifier.fillMaxWidth())
        is BlockKind.Item -> Row(indent) {
            val number = kind.number
            Text(
                if (number == null) "•" else stringResource(R.string.room_item_number, number.toLong()),
                Modifier.widthIn(min = 22.dp).padding(end = 6.dp),
                style = body(),
            )
            Words(block.content, body(), onLink)
        }
        is BlockKind.Code -> Code(kind.language, block.content.joinToString("") { it.text }, onCopy)
        is BlockKind.Rule -> HorizontalDivider(
            Modifier.padding(vertical = Space.hair).width(120.dp),
            color = LocalContentColor.current.copy(alpha = 0.3f),
        )
    }
}

@Composable
private fun body(): TextStyle = MaterialTheme.typography.bodyLarge.copy(textDirection = TextDirection.Content)

@Composable
private fun heading(level: Int): TextStyle {
    val type = MaterialTheme.typography
    val style = when (level) {
        1 -> type.headlineSmall
        2 -> type.titleLarge
        3 -> type.titleMedium
        else -> type.titleSmall
    }
    return style.copy(textDirection = TextDirection.Content)
}

@Composable
private fun Words(
    content: List<Inline>,
    style: TextStyle,
    onLink: ((LinkTarget) -> Unit)?,
    modifier: Modifier = Modifier,
) {
    val mentioned = LocalContentColor.current.copy(alpha = 0.14f)
    val text = remember(content, mentioned) { annotated(content, mentioned, onLink) }
    Text(text, modifier, style = style)
}

private fun annotated(content: List<Inline>, mentioned: Color, onLink: ((LinkTarget) -> Unit)?): AnnotatedString =
    buildAnnotatedString {
        for (inline in content) {
            val span = SpanStyle(
                fontWeight = if (inline.bold || inline.mention != null) FontWeight.Bold else null,
                fontStyle = if (inline.italic) FontStyle.Italic else null,
                fontFamily = if (inline.code) FontFamily.Monospace else null,
                background = if (inline.code || inline.mention != null) mentioned else Color.Unspecified,
                textDecoration = if (inline.strike) TextDecoration.LineThrough else null,
            )
            val target = inline.link
            if (target == null || onLink == null) {
                withStyle(span) { append(inline.text) }
            } else {
                val line = listOfNotNull(TextDecoration.Underline, TextDecoration.LineThrough.takeIf { inline.strike })
                val styles = TextLinkStyles(span.copy(textDecoration = TextDecoration.combine(line)))
                withLink(LinkAnnotation.Clickable("link", styles) { onLink(target) }) { append(inline.text) }
            }
        }
    }

@Composable
private fun Code(language: String, code: String, onCopy: ((String) -> Unit)?) {
    // Programs read from left to right in every language.
    CompositionLocalProvider(LocalLayoutDirection provides LayoutDirection.Ltr) {
        Surface(shape = MaterialTheme.shapes.small, color = LocalContentColor.current.copy(alpha = 0.08f)) {
            Column(Modifier.fillMaxWidth()) {
                Row(Modifier.padding(start = Space.medium), verticalAlignment = Alignment.CenterVertically) {
                    Text(language, Modifier.weight(1f), style = MaterialTheme.typography.labelMedium, maxLines = 1)
                    if (onCopy !=
                        null
                    ) {
                        IconAction(R.drawable.ic_copy, stringResource(R.string.room_copy_code), { onCopy(code) })
                    }
                }
                Text(
                    code.trimEnd('\n'),
                    Modifier
                        .horizontalScroll(rememberScrollState())
                        .padding(start = Space.medium, end = Space.medium, bottom = Space.medium),
                    style = MaterialTheme.typography.bodyMedium.copy(
                        fontFamily = FontFamily.Monospace,
                        textDirection = TextDirection.Ltr,
                    ),
                    softWrap = false,
                )
            }
        }
    }
}
