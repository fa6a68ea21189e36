package app.dayfly.android.room

import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** Mentions as they are typed, and texts that were read before. */
@RunWith(RobolectricTestRunner::class)
class WordsTest {
    private val names = listOf("Ada Byron", "Adam", "Bob", "Mara")

    @Test
    fun `an at sign at the beginning of a word asks for a name`() {
        assertEquals(MentionQuery(0, 1, ""), mentionAt("@", 1))
        assertEquals(MentionQuery(3, 6, "ad"), mentionAt("hi @ad", 6))
        assertNull(mentionAt("mail@ad", 7))
        assertNull(mentionAt("hi", 2))
        assertNull(mentionAt("@a\nb", 4))
    }

    @Test
    fun `names that begin so come first, and a whole one is not offered again`() {
        assertEquals(listOf("Ada Byron", "Adam", "Mara"), offered(MentionQuery(0, 2, "a"), names))
        assertEquals(listOf("Ada Byron"), offered(MentionQuery(0, 6, "Ada B"), names))
        assertEquals(emptyList<String>(), offered(MentionQuery(0, 5, "Bob "), names))
        assertEquals(MAX_OFFERED, offered(MentionQuery(0, 1, ""), names + "Eve").size)
    }

    @Test
    fun `a text is read once, and again when those who can be meant change`() {
        var read = 0
        val cache = MarkupCache({ text, _ -> plain(text).also { read++ } }, maxEntries = 2)
        cache("a", names)
        cache("a", emptyList())
        assertEquals(1, read)
        cache("@a", names)
        cache("@a", emptyList())
        assertEquals(3, read)
        assertEquals(2, cache.size)
    }

    @Test
    fun `the cache is bounded by what it holds`() {
        val cache = MarkupCache({ text, _ -> plain(text) }, maxUnits = 100)
        repeat(50) { cache("text number $it", emptyList()) }
        assertEquals(true, cache.size in 1..8)
        cache.clear()
        assertEquals(0, cache.size)
    }
}
