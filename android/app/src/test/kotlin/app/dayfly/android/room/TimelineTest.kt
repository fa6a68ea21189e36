package app.dayfly.android.room

import app.dayfly.core.proto.Reaction
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertSame
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** What rows a conversation is made of. */
@RunWith(RobolectricTestRunner::class)
class TimelineTest {
    private fun rows(vararg messages: app.dayfly.core.proto.Message, lines: List<PlacedLine> = emptyList()) =
        ui(room(messages.toList()), local { copy(lines = lines) }).room.rows

    @Test
    fun `messages of one author stand together and of one minute share their time`() {
        val said = rows(
            message("1", BOB, "a", NOW - 3 * MINUTE),
            message("2", BOB, "b", NOW - 3 * MINUTE + 5_000),
            message("3", BOB, "c", NOW - MINUTE),
            message("4", CLEO, "d", NOW - MINUTE),
        ).filterIsInstance<MessageRow>()
        assertEquals(listOf(true, false, false, true), said.map { it.first })
        assertEquals(listOf(false, true, true, true), said.map { it.last })
    }

    @Test
    fun `an answer begins a group of its own`() {
        val said = rows(message("1", BOB, "a"), message("2", BOB, "b", replyTo = "1")).filterIsInstance<MessageRow>()
        assertTrue(said[1].first)
        assertTrue(said[0].last)
    }

    @Test
    fun `days are named once, today and yesterday by their word`() {
        val days = rows(
            message("1", BOB, "a", NOW - 2 * DAY),
            message("2", BOB, "b", NOW - DAY),
            message("3", BOB, "c"),
            message("4", BOB, "d"),
        ).filterIsInstance<DayRow>()
        assertEquals(listOf(DayName.DATE, DayName.YESTERDAY, DayName.TODAY), days.map { it.name })
    }

    @Test
    fun `a row keeps its key whatever becomes of its message`() {
        val before = rows(message("1", BOB, "a"))
        val after = rows(message("1", BOB, "", unsent = true, reactions = listOf(Reaction("👍", listOf("cleo")))))
        assertEquals(before.map { it.key }, after.map { it.key })
    }

    @Test
    fun `keys are unique among ten thousand messages of every kind`() {
        val all = (1..10_000).map { n ->
            message(
                "$n",
                if (n % 3 ==
                    0
                ) {
                    BOB
                } else {
                    CLEO
                },
                "words $n",
                NOW - DAY + n * 5_000L,
                missing = if (n % 100 == 0) 2 else 0,
            )
        }
        val lines = (1L..300L).map { PlacedLine(it, NOW - DAY + it * 60_000, Line.Back("Bob")) }
        val rows = ui(room(all), local { copy(lines = lines) }).room.rows
        assertEquals(rows.size, rows.map { it.key }.toSet().size)
        assertEquals(10_000, rows.count { it is MessageRow })
        assertEquals(300, rows.count { it is LineRow })
        assertEquals(100, rows.count { it is GapRow })
    }

    @Test
    fun `what happened stands between what was said before and after it`() {
        val rows = rows(
            message("1", BOB, "a", NOW - 2 * MINUTE),
            message("2", BOB, "b", NOW),
            lines = listOf(
                PlacedLine(1, NOW - MINUTE, Line.Joined("Cleo", false)),
                PlacedLine(2, NOW + 1, Line.Back("Bob")),
            ),
        )
        assertEquals(
            listOf("message:1", "line:1", "message:2", "line:2"),
            rows.filterNot { it is DayRow }.map { it.key },
        )
    }

    @Test
    fun `an answer quotes what it answers, and nothing that may not be seen`() {
        val secret = message("1", BOB, "", viewOnce = true)
        val long = message("2", BOB, "word ".repeat(60))
        val said = rows(
            secret,
            long,
            message("3", CLEO, "x", replyTo = "1"),
            message("4", CLEO, "y", replyTo = "2"),
            message("5", CLEO, "z", replyTo = "gone"),
        ).filterIsInstance<MessageRow>().associateBy { it.id }
        assertNull(said.getValue("3").quote?.excerpt)
        assertEquals("Bob", said.getValue("3").quote?.name)
        val excerpt = said.getValue("4").quote?.excerpt.orEmpty()
        assertTrue(excerpt.endsWith("…") && excerpt.length <= EXCERPT + 1)
        assertNull(said.getValue("5").quote?.name)
    }

    @Test
    fun `an excerpt does not cut a character in two`() {
        val text = "a".repeat(EXCERPT - 1) + "😀 and more"
        assertFalse(excerpt(text).dropLast(1).last().isSurrogate())
        assertEquals("one line", excerpt("one\n  line"))
    }

    @Test
    fun `what is to be looked at once has no words in its row`() {
        val row = rows(message("1", BOB, "", viewOnce = true)).filterIsInstance<MessageRow>().single()
        assertSame(Body.ViewOnce, row.body)
        assertEquals(setOf(Can.VIEW, Can.REPLY, Can.REACT, Can.DIRECT), row.can)
        val mine = rows(message("1", ME, "", viewOnce = true)).filterIsInstance<MessageRow>().single()
        assertFalse(Can.VIEW in mine.can || Can.EDIT in mine.can)
    }

    @Test
    fun `why words are gone is told apart`() {
        fun why(message: app.dayfly.core.proto.Message, change: Local.() -> Local = { this }, expire: Int = 0) =
            (ui(room(listOf(message), info = info(expire = expire)), local(change)).said.single().body as Body.Gone).why
        assertEquals(Why.UNSENT, why(message("1", BOB, "", unsent = true)))
        assertEquals(Why.EXPIRED, why(message("1", BOB, "", unsent = true, expiresAt = NOW - 1)))
        assertEquals(
            Why.VIEWED,
            why(message("1", BOB, "", unsent = true, viewOnce = true), {
                copy(looked = setOf("1"))
            }),
        )
        assertEquals(Why.GONE, why(message("1", BOB, "", unsent = true), expire = 60))
    }

    @Test
    fun `what may be done depends on whose message it is and in what room`() {
        val mine = rows(message("1", ME, "a")).filterIsInstance<MessageRow>().single()
        assertEquals(setOf(Can.COPY, Can.REPLY, Can.REACT, Can.EDIT, Can.UNSEND), mine.can)
        val theirs = rows(message("1", BOB, "a")).filterIsInstance<MessageRow>().single()
        assertEquals(setOf(Can.COPY, Can.REPLY, Can.REACT, Can.DIRECT, Can.REPORT), theirs.can)
        val web = ui(
            room(listOf(message("1", PAGE, "a")), listOf(PAGE), info(native = false, owner = null)),
        ).said.single()
        assertEquals(setOf(Can.COPY, Can.DIRECT, Can.REPORT), web.can)
        val gone = rows(message("1", BOB, "", unsent = true)).filterIsInstance<MessageRow>().single()
        assertEquals(setOf(Can.DIRECT), gone.can)
    }

    @Test
    fun `hearsay has no picture and says what it is worth`() {
        val row = rows(
            message("1", BOB, "a", history = true, confirmed = false),
        ).filterIsInstance<MessageRow>().single()
        assertNull(row.fingerprint)
        assertTrue(row.unconfirmed && row.history)
    }

    @Test
    fun `equal names are told apart by the fingerprint`() {
        val twin = member("Bob", id = "twin", sameName = true)
        val row = ui(room(listOf(message("1", twin, "a")), listOf(BOB, twin))).said.single()
        assertEquals(twin.fingerprint.substringBefore('-'), row.hint)
    }

    @Test
    fun `reactions say who, and whether it was me`() {
        val row = rows(message("1", BOB, "a", reactions = listOf(Reaction("👍", listOf("cleo", "me")))))
            .filterIsInstance<MessageRow>().single()
        assertEquals(ReactionUi("👍", 2, true, listOf("Cleo")), row.reactions.single())
    }
}
