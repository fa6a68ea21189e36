package app.dayfly.android.room

import app.dayfly.core.proto.Block

/**
 * Texts that were read as Markdown, the least recently used forgotten first. Bounded in number and in
 * characters; cleared with the room. [read] is the core's, which is slow enough to be asked once, and
 * never on the main thread.
 */
class MarkupCache(
    private val read: (text: String, names: List<String>) -> List<Block>,
    private val maxEntries: Int = 2_048,
    private val maxUnits: Int = 4_000_000,
) {
    private data class Key(val text: String, val names: List<String>)

    private val known = LinkedHashMap<Key, List<Block>>(64, 0.75f, true)
    private var units = 0

    /** How many texts are known. */
    val size: Int @Synchronized get() = known.size

    @Synchronized
    operator fun invoke(text: String, names: List<String>): List<Block> {
        // Only an `@` can mean somebody, so other texts read alike whoever is here.
        val key = Key(text, if ('@' in text) names else emptyList())
        known[key]?.let { return it }
        val blocks = read(key.text, key.names)
        known[key] = blocks
        units += text.length
        val oldest = known.keys.iterator()
        while (known.size > 1 && (known.size > maxEntries || units > maxUnits)) {
            units -= oldest.next().text.length
            oldest.remove()
        }
        return blocks
    }

    @Synchronized
    fun clear() {
        known.clear()
        units = 0
    }
}
