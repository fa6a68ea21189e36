package app.dayfly.android.room

import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** What counts as new, and what a person has seen. */
@RunWith(RobolectricTestRunner::class)
class LocalTest {
    private val messages = listOf(
        message("1", BOB, "a", NOW),
        message("2", ME, "b", NOW + 1),
        message("3", BOB, "c", NOW + 2),
    )

    @Test
    fun `what others said is new until it was seen`() {
        val before = local()
        assertEquals(2, before.unread(null, messages))
        val after = before.saw(null, messages)
        assertEquals(0, after.unread(null, messages))
        assertEquals(1, after.unread(null, messages + message("4", CLEO, "d", NOW + 3)))
    }

    @Test
    fun `what was said before one came is no news`() {
        val old = message("0", BOB, "z", NOW - 2 * DAY, history = true)
        assertEquals(0, local().unread(null, listOf(old)))
        val missed = message("0", BOB, "z", NOW, history = true)
        assertEquals(1, local().unread(null, listOf(missed)))
    }

    @Test
    fun `the line of what is new stays while one reads and goes when one leaves`() {
        val shown = local().shown(null, messages)
        assertEquals("1", shown.unreadFrom[null])
        assertEquals("1", shown.saw(null, messages).unreadFrom[null])
        val again = shown.saw(null, messages).hidden(null).shown(null, messages)
        assertNull(again.unreadFrom[null])
    }

    @Test
    fun `threads are counted apart`() {
        val direct = listOf(message("9", BOB, "x", NOW, with = BOB.id))
        val seen = local().saw(null, messages)
        assertEquals(1, seen.unread(BOB.id, direct))
    }

    @Test
    fun `a silence that is over leaves no trace`() {
        val silent = local().happened(NOW, null, listOf(Line.Silent("Bob")))
        assertEquals(emptyList<PlacedLine>(), silent.happened(NOW + 1, null, listOf(Line.Back("Bob"))).lines)
        assertEquals(2, silent.happened(NOW + 1, null, listOf(Line.Back("Cleo"))).lines.size)
    }

    @Test
    fun `lines are bounded, the oldest goes`() {
        val full = (1..Local.MAX_LINES + 10).fold(local()) { all, n ->
            all.happened(NOW + n, null, listOf(Line.Back("$n")))
        }
        assertEquals(Local.MAX_LINES, full.lines.size)
        assertEquals(Line.Back("11"), full.lines.first().line)
        assertEquals(full.lines.size, full.lines.map { it.number }.toSet().size)
    }
}
