// What the composer knows about text: how long a message may be, and whom an `@` means. Pure.

package app.dayfly.android.room

/** The longest message the core takes, in UTF-16 units; `docs/limits.md` has it. */
const val MAX_MESSAGE = 10_000

/** The remaining length is said from here on, before it is reached. */
const val LENGTH_SAID_FROM = 9_500

/** An `@` and what was typed behind it. */
data class MentionQuery(
    /** Where the `@` stands. */
    val from: Int,
    /** Behind the last letter typed. */
    val to: Int,
    val letters: String,
)

/** How many names are offered. */
const val MAX_OFFERED = 4

private const val MAX_NAME = 30

/** The mention that is being typed at [cursor], if any: an `@` that begins a word. */
fun mentionAt(text: CharSequence, cursor: Int): MentionQuery? {
    if (cursor !in 1..text.length) return null
    val least = maxOf(0, cursor - MAX_NAME - 1)
    val at = (cursor - 1 downTo least).firstOrNull { text[it] == '@' || text[it] == '\n' } ?: return null
    if (text[at] != '@') return null
    if (at > 0 && text[at - 1].isLetterOrDigit()) return null
    return MentionQuery(at, cursor, text.substring(at + 1, cursor))
}

/** The names that [query] may mean, best first. None once a name is there whole. */
fun offered(query: MentionQuery, names: List<String>): List<String> {
    val letters = query.letters.trimEnd()
    if (query.letters != letters && names.any { it.equals(letters, ignoreCase = true) }) return emptyList()
    val (first, inner) = names.distinct()
        .filter { it.contains(letters, ignoreCase = true) }
        .partition { it.startsWith(letters, ignoreCase = true) }
    // Letters with a space in them mean a name only if one begins so.
    return (if (' ' in query.letters) first else first + inner).take(MAX_OFFERED)
}
