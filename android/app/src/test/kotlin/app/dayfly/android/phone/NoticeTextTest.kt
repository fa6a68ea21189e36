package app.dayfly.android.phone

import app.dayfly.android.settings.Notices
import app.dayfly.plainMember
import app.dayfly.plainMessage
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** What notifications say: never more than the settings allow. */
@RunWith(RobolectricTestRunner::class)
class NoticeTextTest {
    private val words = object : NoticeText.Words {
        override fun some(count: Int) = "$count new"

        override fun wrote(name: String) = "$name wrote"

        override fun said(name: String, text: String) = "$name: $text"
    }

    @Test
    fun byDefaultNeitherNameNorTextIsThere() {
        val said = NoticeText.of(Notices.HIDDEN, listOf(message()), 1, words).toString()
        assertFalse(NAME in said || TEXT in said)
        assertTrue("1 new" in said)
    }

    @Test
    fun aNameAloneShowsNoText() {
        val said = NoticeText.of(Notices.NAME, listOf(message(), message()), 2, words)
        assertEquals(NoticeText.Said("2 new", listOf("$NAME wrote")), said)
    }

    @Test
    fun theTextShowsWhereItIsWanted() {
        assertEquals(listOf("$NAME: $TEXT"), NoticeText.of(Notices.FULL, listOf(message()), 1, words).lines)
    }

    @Test
    fun whatVanishesNeverShows() {
        for (hidden in listOf(message(viewOnce = true), message(expires = 9u), message(unsent = true))) {
            val said = NoticeText.of(Notices.FULL, listOf(hidden), 1, words)
            assertEquals(listOf("$NAME wrote"), said.lines)
        }
    }

    @Test
    fun aLineIsOneShortLineAndTurnsNothingAround() {
        val nasty = message(text = "a\nb\u202Ec\u2066d\u0000e" + "😀".repeat(500))
        val line = NoticeText.of(Notices.FULL, listOf(nasty), 1, words).lines.single()
        assertTrue(line.startsWith("$NAME: a bcd e"))
        assertFalse(line.any { it.isISOControl() || it == '\u202E' || it == '\u2066' })
        assertTrue(line.endsWith("…"))
        assertTrue(line.codePointCount(0, line.length) < 200)
    }

    @Test
    fun onlyTheLastFewAreListed() {
        assertEquals(5, NoticeText.of(Notices.FULL, List(30) { message() }, 30, words).lines.size)
    }

    private fun message(
        text: String = TEXT,
        viewOnce: Boolean = false,
        expires: ULong? = null,
        unsent: Boolean = false,
    ) = plainMessage(
        "1",
        plainMember("2", NAME),
        text,
        0u,
    ).copy(viewOnce = viewOnce, expiresAt = expires, unsent = unsent)

    private companion object {
        const val NAME = "Canary Ada"
        const val TEXT = "canary text"
    }
}
