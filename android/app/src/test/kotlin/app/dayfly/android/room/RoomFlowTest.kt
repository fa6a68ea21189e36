package app.dayfly.android.room

import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isDisplayed
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onAllNodesWithText
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performSemanticsAction
import androidx.compose.ui.test.performTextInput
import app.dayfly.Dayfly
import app.dayfly.Room
import app.dayfly.Terminal
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.readMarkup
import kotlinx.coroutines.runBlocking
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.shadows.ShadowLooper

/** The screen on the real core, with somebody at a terminal on the other side. */
@RunWith(RobolectricTestRunner::class)
class RoomFlowTest {
    @get:Rule
    val rule = createComposeRule()

    private lateinit var model: RoomViewModel

    private fun draw(room: Room) {
        model = RoomViewModel(
            RoomTalk(room),
            RoomHooks(markup = ::readMarkup, copy = {}, typing = { true }, receipts = { true }, leave = {}, wipe = {}),
        )
        rule.setContent {
            val ui by model.ui.collectAsState()
            DayflyTheme { RoomScreen(ui, model, NoExits) }
        }
    }

    /** What the core's threads bring is taken by the main one, which is this test's. */
    private fun waitFor(what: () -> Boolean) = rule.waitUntil(30_000) {
        ShadowLooper.idleMainLooper()
        what()
    }

    private fun messageWith(words: String) =
        rule.onNode(hasText(words, substring = true) and SemanticsMatcher.keyIsDefined(SemanticsActions.CustomActions))

    private fun act(words: String, label: String) {
        val actions = messageWith(words).fetchSemanticsNode().config[SemanticsActions.CustomActions]
        rule.runOnUiThread { actions.first { it.label == label }.action() }
        rule.waitForIdle()
    }

    private fun say(words: String) {
        rule.onNodeWithTag("composer").performTextInput(words)
        rule.onNodeWithContentDescription("Send").performClick()
    }

    @Test
    fun `a room is opened, joined from a terminal, and both talk`() {
        Dayfly.start().use { dayfly ->
            val options = RoomOptions(name = "Ada", local = true, noLan = true, embeddedTracker = "127.0.0.1:0")
            val room =
                runBlocking { dayfly.open(NativeOptions(history = HistoryPolicy.Members, title = "Bakery"), options) }
            room.use {
                draw(room)
                waitFor { model.ui.value.ready && model.ui.value.bar.title == "Bakery" }
                rule.onNodeWithText("Show the invite").assertIsDisplayed()
                Terminal("join", room.invite.info().link, "--name", "Bob").use { bob ->
                    waitFor { model.ui.value.bar.here == 2 }
                    talk(bob)
                }
                runBlocking { room.leave() }
            }
        }
    }

    private fun talk(bob: Terminal) {
        say("Hello **Bob**")
        val said = bob.await("message") { it["text"].asText() == "Hello **Bob**" }
        waitFor { messageWith("Hello Bob").isDisplayed() }
        waitFor { model.ui.value.said.last().progress == Progress.DELIVERED }

        bob.send("cmd" to "say", "text" to "Hello @Ada", "ref" to "1", "reply_to" to said["id"].asText())
        waitFor { model.ui.value.said.size == 2 && model.ui.value.said.last().mentionsMe }
        waitFor { messageWith("names you").isDisplayed() }
        assertEquals("Hello **Bob**", model.ui.value.said.last().quote?.excerpt)

        bob.send("cmd" to "react", "id" to said["id"].asText(), "emoji" to "👍", "on" to true)
        waitFor { model.ui.value.said.first().reactions.isNotEmpty() }
        waitFor { rule.onNodeWithContentDescription("👍 by 1 person").isDisplayed() }

        act("Hello Bob", "Edit")
        waitFor { model.ui.value.room.composer.mode is ComposerMode.Edit }
        rule.onNodeWithTag("composer").performTextInput("!")
        rule.onNodeWithContentDescription("Save the change").performClick()
        bob.await("message_changed") { it["text"]?.asText() == "Hello **Bob**!" }

        bob.send("cmd" to "say", "text" to "the code is 4711", "ref" to "2", "view_once" to true)
        waitFor { model.ui.value.said.any { it.body is Body.ViewOnce } }
        assertEquals(0, rule.onAllNodesWithText("4711", substring = true).fetchSemanticsNodes().size)
        messageWith("To be looked at once").performSemanticsAction(SemanticsActions.OnClick)
        waitFor { model.ui.value.look != null }
        waitFor { rule.onNodeWithText("the code is 4711").isDisplayed() }
        rule.onNodeWithText("Close for good").performClick()
        waitFor { model.ui.value.said.any { (it.body as? Body.Gone)?.why == Why.VIEWED } }

        act("Hello @Ada", "Write to them alone")
        waitFor { model.ui.value.direct != null }
        say("psst")
        assertEquals(true, bob.await("message") { it["text"].asText() == "psst" }["direct"].asBoolean())
        bob.send("cmd" to "dm", "to" to "Ada", "text" to "what is it?", "ref" to "3")
        waitFor { messagesOf(model.ui.value.direct) == listOf("psst", "what is it?") }
        rule.onNodeWithContentDescription("Back").performClick()

        waitFor { model.ui.value.direct == null }
        model.listThreads(false)
        act("Hello Bob!", "Take back for everybody")
        bob.await("message_changed") { it["unsent"]?.asBoolean() == true && it["id"] == said["id"] }

        bob.send("cmd" to "leave")
        waitFor { model.ui.value.room.rows.any { (it as? LineRow)?.line is Line.Left } }
    }

    private fun messagesOf(conversation: ConversationUi?): List<String> =
        conversation?.rows.orEmpty().filterIsInstance<MessageRow>().mapNotNull { (it.body as? Body.Words)?.text }
}
