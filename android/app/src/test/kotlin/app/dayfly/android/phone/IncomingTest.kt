package app.dayfly.android.phone

import android.content.Intent
import android.net.Uri
import android.os.Bundle
import app.dayfly.android.session.Arrival
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import kotlin.random.Random

/** What another app hands over: what counts, what does not, and that nothing of it breaks the app. */
@RunWith(RobolectricTestRunner::class)
class IncomingTest {
    @Test
    fun linksOfBothKindsCountInAnyCase() {
        assertEquals("dayfly:ABC", Incoming.read(view("DAYFLY:ABC")))
        assertEquals("https://chitchatter.im/public/den", Incoming.read(view("HTTPS://chitchatter.im/public/den")))
    }

    @Test
    fun otherSchemesAndActionsDoNot() {
        for (uri in listOf(
            "http://chitchatter.im/public/den",
            "file:///etc/hosts",
            "content://a/b",
            "javascript:alert(1)",
        )) {
            assertNull(uri, Incoming.read(view(uri)))
        }
        assertNull(Incoming.read(null))
        assertNull(Incoming.read(Intent()))
        assertNull(Incoming.read(Intent(Intent.ACTION_VIEW)))
        assertNull(Incoming.read(Intent(Intent.ACTION_MAIN, Uri.parse("dayfly:ABC"))))
    }

    @Test
    fun sharedTextCountsAndOnlyText() {
        val text = "Come in: https://chitchatter.im/public/den"
        assertEquals(text, Incoming.read(send("text/plain", text)))
        assertEquals(text, Incoming.read(send("text/plain;charset=utf-8", text)))
        assertNull(Incoming.read(send("text/html", text)))
        assertNull(Incoming.read(send("image/png", text)))
        assertNull(Incoming.read(send("text/plain", "x".repeat(Arrival.MAX_TEXT + 1))))
        assertNull(Incoming.read(send("text/plain", " \n ")))
    }

    @Test
    fun extrasOfAnotherTypeAreNothing() {
        assertNull(Incoming.read(Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, 7)))
        val bundle = Bundle().apply { putBundle(Intent.EXTRA_TEXT, Bundle()) }
        assertNull(Incoming.read(Intent(Intent.ACTION_SEND).setType("text/plain").putExtras(bundle)))
    }

    @Test
    fun nothingBreaksIt() {
        val random = Random(SEED)
        val starts =
            listOf("dayfly:", "DayFly:", "https://", "https://chitchatter.im/private/", "4821-", "", "dayfly://")
        var read = 0
        repeat(ROUNDS) { round ->
            val body = String(CharArray(random.nextInt(200)) { letter(random) })
            val text = starts.random(random) + body
            val intent = if (random.nextBoolean()) view(text) else send("text/plain", text)
            val taken = runCatching { Incoming.read(intent)?.let { Arrival.read(it) } }
            assertTrue("round $round of seed $SEED: ${taken.exceptionOrNull()}", taken.isSuccess)
            taken.getOrNull()?.let {
                read += 1
                (it as? Arrival.ToRoom)?.invite?.close()
            }
        }
        assertTrue("too few were looked at: $read", read > ROUNDS / 4)
    }

    private fun letter(random: Random): Char = when (random.nextInt(10)) {
        0 -> Char(random.nextInt(0x20))
        1 -> Char(random.nextInt(0x10000))
        2 -> "\u202E\u0000%#?&/:@[] ".random(random)
        else -> "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".random(random)
    }

    private fun view(uri: String) = Intent(Intent.ACTION_VIEW, Uri.parse(uri))

    private fun send(type: String, text: String) =
        Intent(Intent.ACTION_SEND).setType(type).putExtra(Intent.EXTRA_TEXT, text)

    private companion object {
        const val SEED = 20_26
        const val ROUNDS = 3_000
    }
}
