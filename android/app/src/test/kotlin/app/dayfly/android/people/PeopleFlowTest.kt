package app.dayfly.android.people

import android.os.Looper
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.lifecycle.ViewModel
import androidx.lifecycle.ViewModelProvider
import androidx.lifecycle.ViewModelStore
import androidx.lifecycle.viewmodel.initializer
import androidx.lifecycle.viewmodel.viewModelFactory
import app.dayfly.Dayfly
import app.dayfly.Room
import app.dayfly.Terminal
import app.dayfly.android.R
import app.dayfly.android.invite.ByHandModel
import app.dayfly.android.invite.ByHandState
import app.dayfly.android.invite.ShortCodeModel
import app.dayfly.android.invite.ShortCodeState
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.proto.CodeEnd
import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.Matrix
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.Trust
import app.dayfly.core.qrRead
import com.fasterxml.jackson.databind.JsonNode
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import java.nio.ByteBuffer
import java.util.Locale
import java.util.concurrent.CompletableFuture

/** Being sure of people, the owner's orders and ways to invite, on the real core with people at terminals. */
@RunWith(RobolectricTestRunner::class)
class PeopleFlowTest {
    @get:Rule
    val rule = createComposeRule()

    private val store = ViewModelStore()

    private inline fun <reified M : ViewModel> made(crossinline make: () -> M): M =
        ViewModelProvider.create(store, viewModelFactory { initializer { make() } })[M::class]

    /** The rule moves its own clock; what the core tells comes by the main thread's queue. */
    private fun waitFor(what: String, holds: () -> Boolean) = rule.waitUntil(what, 30_000) {
        shadowOf(Looper.getMainLooper()).idle()
        holds()
    }

    private fun inARoom(work: (Room) -> Unit) {
        Dayfly.start().use { dayfly ->
            val options = RoomOptions(name = "Ada", local = true, noLan = true, embeddedTracker = "127.0.0.1:0")
            val room = runBlocking { dayfly.open(NativeOptions(history = HistoryPolicy.Members), options) }
            room.use {
                try {
                    work(room)
                } finally {
                    store.clear()
                    runBlocking { room.leave() }
                }
            }
        }
    }

    private fun withBob(work: (room: Room, bob: Terminal, id: String) -> Unit) = inARoom { room ->
        Terminal("join", room.invite.info().link, "--name", "Bob").use { bob ->
            val id = meets(room, "Bob")
            bob.await("member_joined") { it["member"]["name"].asText() == "Ada" }
            work(room, bob, id)
        }
    }

    private fun meets(room: Room, name: String): String {
        val here = { room.state.value.members.find { it.name == name && it.state == MemberState.HERE } }
        waitFor("$name is here") { here() != null }
        return checkNotNull(here()).id
    }

    private fun trust(room: Room, id: String) = room.state.value.members.find { it.id == id }?.trust

    /** Waits beside the main thread: what the terminal is to hear of may still have a step to go there. */
    private fun Terminal.verification(state: String): JsonNode {
        val heard = CompletableFuture.supplyAsync { await("verification") { it["state"].asText() == state } }
        waitFor("the terminal hears $state") { heard.isDone }
        return heard.get()
    }

    @Test
    fun twoCompareCodesByTapAndAreVerified() = withBob { room, bob, id ->
        val model = made { VerifyModel(room, id) }
        rule.setContent {
            val state by model.state.collectAsState()
            DayflyTheme {
                VerifyScreen(
                    state,
                    null,
                    object : VerifyActions by idle<VerifyActions>() {
                        override fun begin() = model.begin()

                        override fun confirm() = model.confirm()
                    },
                )
            }
        }
        rule.onNodeWithText(words(R.string.verify_ask)).performScrollTo().performClick()
        bob.verification("asked")
        bob.send("cmd" to "verify", "member" to "Ada")
        waitFor("the codes are there") { model.state.value.stage == VerifyStage.COMPARE }
        val theirs = bob.verification("compare")
        assertEquals(theirs["digits"].asText(), model.state.value.digits)
        assertEquals(theirs["emoji"].map { it["symbol"].asText() }, model.state.value.emoji.map { it.symbol })
        rule.onNodeWithText(words(R.string.verify_same)).performScrollTo().performClick()
        waitFor("this side is confirmed") { model.state.value.stage == VerifyStage.CONFIRMED }
        bob.send("cmd" to "verify_confirm", "member" to "Ada")
        waitFor("verified") { model.state.value.stage == VerifyStage.DONE && trust(room, id) == Trust.VERIFIED }
        rule.onNodeWithText(words(R.string.verify_done_text)).assertIsDisplayed()
    }

    @Test
    fun whoIsAskedSeesItAnywhereAndCanSayNotNow() = withBob { room, bob, id ->
        bob.send("cmd" to "verify", "member" to "Ada")
        waitFor("the question waits") { checkAsk(room.state.value) == CheckAsk.Compare(id, "Bob") }
        val model = made { VerifyModel(room, id) }
        waitFor("it is asked") { model.state.value.stage == VerifyStage.ASKED }
        model.cancel()
        bob.verification("cancelled")
        waitFor("it is over") { model.state.value.stage == VerifyStage.CANCELLED && checkAsk(room.state.value) == null }
        assertEquals(Trust.NEW, trust(room, id))
    }

    @Test
    fun codesThatDifferPartTheTwoAndItIsSaidOfWhom() = withBob { room, bob, id ->
        bob.send("cmd" to "verify", "member" to "Ada")
        val model = made { VerifyModel(room, id) }
        waitFor("it is asked") { model.state.value.stage == VerifyStage.ASKED }
        model.begin()
        waitFor("the codes are there") { model.state.value.stage == VerifyStage.COMPARE }
        bob.verification("compare")
        bob.send("cmd" to "verify_mismatch", "member" to "Ada")
        waitFor("they differ") { model.state.value.stage == VerifyStage.MISMATCH }
        assertEquals("Bob", model.state.value.name)
    }

    @Test
    fun everybodyReadsOneCode() = withBob { room, bob, id ->
        Terminal("join", room.invite.info().link, "--name", "Cat").use { cat ->
            val other = meets(room, "Cat")
            bob.await("member_joined") { it["member"]["name"].asText() == "Cat" }
            cat.await("member_joined") { it["member"]["name"].asText() == "Bob" }
            val model = made { VerifyModel(room, null) }
            model.begin()
            waitFor("the code is there") { model.state.value.stage == VerifyStage.COMPARE }
            assertEquals(setOf("Bob", "Cat"), model.state.value.members.toSet())
            for (each in listOf(bob, cat)) {
                val theirs = each.await("group_check") { it["state"].asText() == "compare" }
                assertEquals(theirs["digits"].asText(), model.state.value.digits)
                each.send("cmd" to "group_check_confirm")
            }
            model.confirm()
            waitFor("all are verified") {
                model.state.value.stage == VerifyStage.DONE &&
                    listOf(id, other).all { trust(room, it) == Trust.VERIFIED }
            }
        }
    }

    @Test
    fun inPersonEachSideScansTheOther() = withBob { room, bob, id ->
        val model = made { InPersonModel(room) }
        bob.send("cmd" to "in_person_code", "ref" to "code")
        model.scanned(bob.await("ok") { it["ref"]?.asText() == "code" }["text"].asText())
        waitFor("the tick is shown") { model.state.value == InPersonState.Scanned("Bob") }
        assertEquals(Trust.VERIFIED, trust(room, id))
        bob.verification("compare")
        bob.send("cmd" to "verify_confirm", "member" to "Ada")
        bob.verification("done")

        model.again()
        model.show()
        waitFor("a code is shown") { model.state.value is InPersonState.Shown }
        val text = read((model.state.value as InPersonState.Shown).code)
        bob.send("cmd" to "in_person_scanned", "text" to text)
        waitFor("the tick is asked for") { model.state.value == InPersonState.Tick("Bob") }
        assertEquals(CheckAsk.Tick("Bob"), checkAsk(room.state.value))
        model.tick(seen = true)
        waitFor("both are verified") { model.state.value == InPersonState.Done("Bob") }
    }

    /** What a camera in front of the screen reads. */
    private fun read(code: Matrix): String {
        val side = code.size.toInt()
        val scale = 4
        val width = (side + 8) * scale
        val luma = ByteBuffer.allocateDirect(width * width)
        for (y in 0 until width) {
            for (x in 0 until width) {
                val row = y / scale - 4
                val column = x / scale - 4
                val inside = row in 0 until side && column in 0 until side
                val dark = inside && code.modules[row * side + column].toInt() == 1
                luma.put(if (dark) 0 else -1)
            }
        }
        luma.flip()
        return qrRead(luma, width.toUInt(), width.toUInt(), width.toUInt())
    }

    @Test
    fun theOwnersOrdersAreCarriedOut() = withBob { room, bob, id ->
        val options = made { RoomOptionsModel(room) }
        options.lock(true)
        bob.await("room_changed") { it["op"].asText() == "lock" && it["options"]["locked"].asBoolean() }
        waitFor("it is shown") { options.state.value.room.locked }
        options.slow(15)
        bob.await("room_changed") { it["options"]["slow_seconds"].asInt() == 15 }
        options.expire(300)
        bob.await("room_changed") { it["options"]["expire_seconds"].asInt() == 300 }
        val member = made { MemberModel(room, id) }
        member.mute(true)
        waitFor("muted") { member.state.value?.member?.muted == true }
        member.remove()
        assertEquals(5, bob.exitCode())
        waitFor("gone") { member.state.value?.gone == true }
        assertEquals(1u, options.state.value.room.generation)
    }

    @Test
    fun aShortCodeIsShownAndLeadsTheTerminalIn() = inARoom { room ->
        val model = made { ShortCodeModel(room, Locale.ENGLISH) }
        model.make()
        waitFor("a code is shown") { model.state.value is ShortCodeState.Shown }
        val code = (model.state.value as ShortCodeState.Shown).code
        val tracker = room.invite.info().trackers.first()
        Terminal("join", code, "--tracker", tracker, "--name", "Bob").use {
            waitFor("it was used") { model.state.value == ShortCodeState.Ended(CodeEnd.DONE) }
            meets(room, "Bob")
        }
    }

    @Test
    fun twoCodesByHandBringTheTerminalInVerified() = inARoom { room ->
        val model = made { ByHandModel(room) }
        waitFor("a code is shown") { model.state.value is ByHandState.Offer }
        val offer = (model.state.value as ByHandState.Offer).code
        assertEquals(offer.text, read(offer.matrix))
        model.answer("nonsense")
        waitFor("nonsense is refused") { model.refusal.value != null }
        assertEquals(offer, (model.state.value as ByHandState.Offer).code)
        Terminal("join", offer.text, "--name", "Bob").use { bob ->
            model.answer(bob.await("manual")["text"].asText())
            waitFor("Bob is here, verified") { model.state.value == ByHandState.Met("Bob", verified = true) }
        }
    }
}
