package app.dayfly.android.flow

import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isOn
import androidx.compose.ui.test.isToggleable
import app.dayfly.Room
import app.dayfly.Terminal
import app.dayfly.android.R
import app.dayfly.android.people.spokenDigits
import app.dayfly.android.phone.eventually
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** From the first start to a room of one's own, somebody in it, and back: nothing of it stays. */
@RunWith(RobolectricTestRunner::class)
internal class OwnRoomFlowTest : Flow() {
    @Test
    fun aRoomIsOpenedTalkedInCheckedModeratedAndLeft() {
        startAtHome()
        openRoom()
        val link = copiedLink()
        Terminal("join", link, "--name", "Canary Bob").use { bob ->
            bob.await("member_joined") { it["member"]["name"].asText() == MY_NAME }
            say("canary one")
            bob.await("message") { it["text"].asText() == "canary one" }
            bob.send("cmd" to "say", "text" to "canary two")
            see(message("canary two"))
            compareCodes(bob)
            moderate(bob)
        }
        see(R.string.people_gone_title)
        tap(R.string.back)
        tap(R.string.back)
        val room = checkNotNull(session.room.value)
        leave()
        assertNothingStays(room, listOf("canary", "Canary", link))
    }

    private fun compareCodes(bob: Terminal) {
        tap(hasContentDescription(words(R.string.room_members), substring = true) and hasClickAction())
        tap(hasText("Canary Bob", substring = true) and hasClickAction())
        see(R.string.trust_new)
        tap(R.string.people_verify)
        tap(R.string.verify_ask)
        bob.await("verification") { it["state"].asText() == "asked" }
        bob.send("cmd" to "verify", "member" to MY_NAME)
        val digits = bob.await("verification") { it["state"].asText() == "compare" }["digits"].asText()
        see(hasContentDescription(spokenDigits(digits)))
        tap(R.string.verify_same)
        see(R.string.verify_confirmed)
        bob.send("cmd" to "verify_confirm", "member" to MY_NAME)
        bob.await("verification") { it["state"].asText() == "done" }
        see(R.string.verify_done_text)
        tap(R.string.verify_done_close)
        see(R.string.trust_verified)
    }

    private fun moderate(bob: Terminal) {
        tap(R.string.people_mute)
        see(hasText(words(R.string.people_mute)) and isToggleable() and isOn())
        bob.await("room_changed") { it["op"].asText() == "mute" }
        tap(R.string.people_remove)
        tap(R.string.people_remove_do)
        assertEquals("removed", 5, bob.exitCode())
    }

    private fun assertNothingStays(room: Room, words: List<String>) {
        assertNull(session.room.value)
        eventually("it ended") { !session.running.value }
        eventually("the core has freed it") {
            runCatching { runBlocking { room.stats() } }.exceptionOrNull() is IllegalStateException
        }
        val left = room.state.value
        assertEquals("words and people in memory", 0, left.messages.size + left.members.size)
        assertEquals("what the screens held of it", emptySet<String>(), graph.roomHold.viewModelStore.keys())
        val shown = everything()
        assertTrue("this looks at the screen", words(R.string.home_no_list) in shown)
        for (word in words) assertFalse("still on the screen: $word", word in shown)
        assertNull("a link to a room that is over is worth nothing", clipboard())
        val names = app.dataDir.walk().filter { it.isFile }.map { it.name }.toSet()
        assertEquals("on disk", setOf("settings.json"), names - "ime_settings.xml")
    }
}
