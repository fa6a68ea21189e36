// What keeps a screen from somebody: looked for in the semantics of what is drawn and in its picture.
// Not looked for: whether a label is a good one, or the order of reading. Those a person hears.

package app.dayfly.android.testing

import android.graphics.Bitmap
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.compositeOver
import androidx.compose.ui.graphics.luminance
import androidx.compose.ui.graphics.takeOrElse
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.isRoot
import androidx.compose.ui.test.junit4.ComposeTestRule
import androidx.compose.ui.text.TextLayoutResult
import androidx.compose.ui.text.font.FontWeight
import java.util.Locale

/** The least size of what is touched, in dp, which are pixels here. */
private const val TARGET = 48f

/** WCAG AA: text, and large text (24 px, or 18.7 px and bold). */
private const val CONTRAST = 4.5f
private const val CONTRAST_LARGE = 3f

/**
 * Sentences on what is wrong for somebody, in the picture [drawn] of what [rule] shows: what is touched
 * has a label and 48 dp to itself, and text stands out from what is behind it (WCAG AA).
 *
 * What is partly outside of the screen or scrolled under something is left out: another picture shows
 * it. So is, for contrast, what is disabled, as WCAG has it.
 */
internal fun faults(rule: ComposeTestRule, drawn: Bitmap): List<String> {
    val whole = Rect(0f, 0f, drawn.width.toFloat(), drawn.height.toFloat())
    // Of several windows, the one on top is what is touched and read.
    val top = rule.onAllNodes(isRoot()).fetchSemanticsNodes().last()
    val touched = top.all().filter { it.isTouched() && it.isWhole(whole) }
    val read = rule.onAllNodes(isRoot(), useUnmergedTree = true).fetchSemanticsNodes().last().all()
    return touched.filter { it.label().isEmpty() }.map { "nothing says what ${it.place()} is" } +
        touched.flatMap { node -> crowding(node, touched) } +
        read.filter { it.isWhole(whole) }.mapNotNull { contrast(it, drawn) }
}

private fun SemanticsNode.all(): List<SemanticsNode> = listOf(this) + children.flatMap { it.all() }

private fun SemanticsNode.isTouched(): Boolean =
    SemanticsActions.OnClick in config && SemanticsProperties.Disabled !in config

/** Whether all of it is on the screen. */
private fun SemanticsNode.isWhole(screen: Rect): Boolean {
    val bounds = boundsInRoot
    val hidden = bounds.width < size.width - 1 || bounds.height < size.height - 1
    return !hidden && bounds.width > 0 && bounds.height > 0 && screen.inflate(1f).contains(bounds)
}

private fun Rect.contains(other: Rect): Boolean =
    left <= other.left && top <= other.top && right >= other.right && bottom >= other.bottom

private fun SemanticsNode.label(): String {
    val parts = config.getOrNull(SemanticsProperties.ContentDescription).orEmpty() +
        config.getOrNull(SemanticsProperties.Text).orEmpty().map { it.text } +
        listOfNotNull(config.getOrNull(SemanticsProperties.EditableText)?.text) +
        listOfNotNull(config.getOrNull(SemanticsActions.OnClick)?.label)
    return parts.joinToString(" ").trim()
}

private fun SemanticsNode.place(): String {
    val bounds = boundsInRoot
    val where = "${bounds.width.toInt()}x${bounds.height.toInt()} at ${bounds.left.toInt()},${bounds.top.toInt()}"
    return if (label().isEmpty()) "what is touched, $where," else "“${label()}” ($where)"
}

/** Compose takes touches around what is smaller than 48 dp, but not from what stands there itself. */
private fun crowding(node: SemanticsNode, touched: List<SemanticsNode>): List<String> {
    val reach = node.touchBoundsInRoot
    if (reach.width < TARGET - 1 || reach.height < TARGET - 1) {
        return listOf("${node.place()} is smaller than 48 dp to touch")
    }
    val own = node.boundsInRoot
    return touched
        .filter { it.id != node.id && !it.contains(node) && !node.contains(it) }
        .filter { it.boundsInRoot.deflate(1f).overlaps(reach) && !it.boundsInRoot.deflate(1f).overlaps(own) }
        .map { "${node.place()} has less than 48 dp to itself: ${it.place()} is too near" }
}

private fun SemanticsNode.contains(other: SemanticsNode): Boolean = all().any { it.id == other.id }

private fun contrast(node: SemanticsNode, drawn: Bitmap): String? {
    val results = mutableListOf<TextLayoutResult>()
    node.config.getOrNull(SemanticsActions.GetTextLayoutResult)?.action?.invoke(results)
    val layout = results.firstOrNull() ?: return null
    val text = layout.layoutInput.text
    val disabled = generateSequence(node) { it.parent }.any { SemanticsProperties.Disabled in it.config }
    if (text.isBlank() || disabled) return null
    val pixels = pixels(drawn, node.boundsInRoot)
    val style = layout.layoutInput.style
    // Over a gradient no colour behind is as frequent as that of the letters.
    val paper = if (style.color ==
        Color.Unspecified
    ) {
        pixels
    } else {
        pixels.filter { ratio(Color(it), style.color) > 1.05f }
    }
    val behind = paper.ifEmpty { pixels }.groupingBy { it }.eachCount().maxByOrNull { it.value }?.key?.let { Color(it) }
        ?: return null
    // What a text field or a link draws is not told: then the pixel that stands out most.
    val letters = style.color.takeOrElse { Color(pixels.maxBy { ratio(Color(it), behind) }) }.compositeOver(behind)
    val bold = (style.fontWeight ?: FontWeight.Normal) >= FontWeight.Bold
    val height = with(layout.layoutInput.density) { if (style.fontSize.isSp) style.fontSize.toPx() else 0f }
    val least = if (height >= 24f || bold && height >= 18.7f) CONTRAST_LARGE else CONTRAST
    val found = ratio(letters, behind)
    if (found >= least - 0.05f) return null
    return "“${text.take(40)}” stands out by %.1f to 1, where %.1f is the least".format(Locale.ROOT, found, least)
}

private fun pixels(drawn: Bitmap, bounds: Rect): List<Int> {
    val columns = bounds.left.toInt().coerceAtLeast(0) until bounds.right.toInt().coerceAtMost(drawn.width)
    val rows = bounds.top.toInt().coerceAtLeast(0) until bounds.bottom.toInt().coerceAtMost(drawn.height)
    return rows.flatMap { y -> columns.map { x -> drawn.getPixel(x, y) } }
}

private fun ratio(one: Color, other: Color): Float {
    val (dark, light) = listOf(one.luminance(), other.luminance()).sorted()
    return (light + 0.05f) / (dark + 0.05f)
}
