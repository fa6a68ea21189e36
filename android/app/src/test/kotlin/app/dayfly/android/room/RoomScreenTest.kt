package app.dayfly.android.room

import android.os.Looper
import androidx.compose.runtime.collectAsState
import androidx.compose.runtime.getValue
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.SemanticsNodeInteraction
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertIsEnabled
import androidx.compose.ui.test.assertIsNotEnabled
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isDisplayed
import androidx.compose.ui.test.junit4.v2.createComposeRule
import androidx.compose.ui.test.onAllNodesWithText
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollToIndex
import androidx.compose.ui.test.performSemanticsAction
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.performTextReplacement
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.LinkTarget
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MessageId
import app.dayfly.core.proto.Reaction
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** The screen as a person uses it, on a room that answers. */
@RunWith(RobolectricTestRunner::class)
class RoomScreenTest {
    @get:Rule
    val rule = createComposeRule()

    private val talk = FakeTalk(
        room(
            listOf(
                message("1", BOB, "Is the oven on?", NOW - 2 * MINUTE),
                message("2", ME, "since five", NOW - MINUTE),
                message("3", CLEO, "", NOW, viewOnce = true),
            ),
        ),
    )
    private val opened = mutableListOf<String>()
    private val exits = object : RoomExits {
        override fun invite() = add("invite")

        override fun members() = add("members")

        override fun member(id: MemberId) = add("member $id")

        override fun options() = add("options")

        override fun network() = add("network")

        override fun report(member: MemberId, message: MessageId) = add("report $member $message")

        override fun open(url: String) = add(url)

        private fun add(what: String) {
            opened += what
        }
    }
    private val model by lazy {
        RoomViewModel(
            talk,
            RoomHooks(
                markup = { text, _ -> if ("https" in text) listOf(block(linked(text))) else plain(text) },
                copy = {},
                typing = { true },
                receipts = { true },
                leave = { opened += "left" },
                wipe = { opened += "wiped" },
                clock = { NOW },
                zone = { ZONE },
            ),
        )
    }

    private fun linked(text: String) =
        inline(text, link = LinkTarget(text, text.removePrefix("https://").substringBefore('/')))

    private fun draw() {
        rule.setContent {
            val ui by model.ui.collectAsState()
            DayflyTheme { RoomScreen(ui, model, exits) }
        }
        waitFor { model.ui.value.ready }
    }

    private fun messageWith(words: String): SemanticsNodeInteraction =
        rule.onNode(hasText(words, substring = true) and SemanticsMatcher.keyIsDefined(SemanticsActions.CustomActions))

    private fun SemanticsNodeInteraction.act(label: String) {
        val actions = fetchSemanticsNode().config[SemanticsActions.CustomActions]
        val action = actions.firstOrNull { it.label == label } ?: error("only ${actions.map { it.label }}")
        rule.runOnUiThread { action.action() }
        rule.waitForIdle()
    }

    /** By its meaning: on a busy machine a touch may take so long that it is a long one. */
    private fun SemanticsNodeInteraction.tap() = performSemanticsAction(SemanticsActions.OnClick)

    private fun write(words: String) = rule.onNodeWithTag("composer").performTextInput(words)

    private fun send() = rule.onNodeWithContentDescription("Send").performClick()

    private fun waitFor(what: () -> Boolean) = rule.waitUntil(30_000) {
        shadowOf(Looper.getMainLooper()).idle()
        what()
    }

    @Test
    fun `what is written is sent`() {
        draw()
        rule.onNodeWithContentDescription("Send").assertIsNotEnabled()
        write("It is warm")
        rule.onNodeWithContentDescription("Send").assertIsEnabled()
        send()
        waitFor { talk.said.isNotEmpty() }
        assertEquals("It is warm", talk.said.single().text)
        rule.onNodeWithContentDescription("Send").assertIsNotEnabled()
    }

    @Test
    fun `a message is one thing to a screen reader, with what can be done as actions`() {
        draw()
        val node: SemanticsNode = messageWith("Is the oven on?").fetchSemanticsNode()
        val labels = node.config[SemanticsActions.CustomActions].map { it.label }
        assertEquals(listOf("Copy", "Reply", "React", "Write to them alone", "Report", "Details"), labels)
        assertTrue(node.children.isEmpty())
    }

    @Test
    fun `an answer shows what it answers, and can be left`() {
        draw()
        messageWith("Is the oven on?").act("Reply")
        waitFor { model.ui.value.room.composer.mode is ComposerMode.Reply }
        rule.onNodeWithContentDescription("Leave it").performClick()
        waitFor { model.ui.value.room.composer.mode is ComposerMode.New }
        messageWith("Is the oven on?").act("Reply")
        write("Yes")
        send()
        waitFor { talk.said.isNotEmpty() }
        assertEquals("1", talk.said.single().options.replyTo)
    }

    @Test
    fun `one reacts from the menu and takes it back at the message`() {
        draw()
        messageWith("Is the oven on?").tap()
        rule.onNodeWithContentDescription("React with 👍").performClick()
        waitFor { talk.asked.isNotEmpty() }
        assertEquals(Command.React("1", "👍", true), talk.asked.single())
        val messages = talk.state.value.messages
        talk.state.value =
            room(listOf(messages[0].copy(reactions = listOf(Reaction("👍", listOf("me", "cleo"))))) + messages.drop(1))
        rule.waitForIdle()
        waitFor { model.ui.value.said[0].reactions.isNotEmpty() }
        rule.onNodeWithContentDescription("👍 by 2 people, one of them you").performClick()
        waitFor { talk.asked.size == 2 }
        assertEquals(Command.React("1", "👍", false), talk.asked.last())
    }

    @Test
    fun `one's own words are changed and taken back`() {
        draw()
        messageWith("since five").act("Edit")
        waitFor { model.ui.value.room.composer.mode is ComposerMode.Edit }
        rule.onNodeWithTag("composer").performTextReplacement("since six")
        rule.onNodeWithContentDescription("Save the change").performClick()
        waitFor { talk.asked.isNotEmpty() }
        assertEquals(Command.Edit("2", "since six"), talk.asked.single())
        messageWith("since five").act("Take back for everybody")
        waitFor { talk.asked.size == 2 }
        assertEquals(Command.Unsend("2"), talk.asked.last())
    }

    @Test
    fun `what is to be looked at once is nowhere before and nowhere after`() {
        talk.secrets["3"] = "the code is 4711"
        draw()
        assertEquals(0, rule.onAllNodesWithText("4711", substring = true).fetchSemanticsNodes().size)
        messageWith("To be looked at once").tap()
        waitFor { model.ui.value.look != null }
        rule.onNodeWithText("the code is 4711").assertIsDisplayed()
        rule.onNodeWithText("Close for good").tap()
        waitFor { model.ui.value.look == null }
        assertEquals(0, rule.onAllNodesWithText("4711", substring = true).fetchSemanticsNodes().size)
    }

    @Test
    fun `a direct conversation is reached from a message and says to whom it goes`() {
        draw()
        messageWith("Is the oven on?").act("Write to them alone")
        waitFor { model.ui.value.direct != null }
        write("psst")
        send()
        waitFor { talk.said.isNotEmpty() }
        assertEquals(BOB.id, talk.said.single().to)
        rule.onNodeWithContentDescription("Back").performClick()
        waitFor { model.ui.value.direct == null }
        rule.onNodeWithText("Bob").assertIsDisplayed()
    }

    @Test
    @Config(qualifiers = "w1000dp-h700dp-mdpi")
    fun `a wide screen shows the room and what is said to one beside each other`() {
        draw()
        messageWith("Is the oven on?").assertIsDisplayed()
        waitFor { rule.onNodeWithText("Direct messages").isDisplayed() }
        messageWith("Is the oven on?").act("Write to them alone")
        waitFor { model.ui.value.direct != null }
        messageWith("Is the oven on?").assertIsDisplayed()
        rule.onNodeWithContentDescription("Back").performClick()
        waitFor { rule.onNodeWithText("Direct messages").isDisplayed() }
    }

    @Test
    fun `a link is opened only after its host was said`() {
        talk.state.value = room(listOf(message("9", BOB, "https://example.org/a/long/path")))
        draw()
        messageWith("example.org").act("Open the link to example.org")
        rule.onNodeWithText("Open example.org?").assertIsDisplayed()
        assertTrue(opened.isEmpty())
        rule.onNodeWithText("Open").performClick()
        assertEquals(listOf("https://example.org/a/long/path"), opened)
    }

    @Test
    fun `who reads further up is not moved, and is told how much came`() {
        val many = (1..200).map {
            message(
                "m$it",
                if (it % 2 ==
                    0
                ) {
                    BOB
                } else {
                    CLEO
                },
                "words $it",
                NOW - 200_000 + it * 1_000L,
            )
        }
        talk.state.value = room(many)
        draw()
        waitFor { model.ui.value.room.showing && model.ui.value.room.unread == 0 }
        messageWith("words 200").assertIsDisplayed()
        rule.onNodeWithTag("timeline").performScrollToIndex(100)
        talk.state.value = room(many + message("new", BOB, "the newest", NOW + 1_000))
        waitFor { model.ui.value.room.unread == 1 }
        assertEquals(
            0,
            rule.onAllNodesWithText("the newest", substring = true).fetchSemanticsNodes().count {
                it.size.height >
                    1
            },
        )
        rule.onNodeWithText("1 new message").performClick()
        waitFor { model.ui.value.room.unread == 0 }
        messageWith("the newest").assertIsDisplayed()
    }

    @Test
    fun `whoever is at the foot stays there`() {
        val many = (1..60).map { message("m$it", BOB, "words $it", NOW - 200_000 + it * 1_000L) }
        talk.state.value = room(many)
        draw()
        messageWith("words 60").assertIsDisplayed()
        talk.state.value = room(many + message("new", CLEO, "the newest", NOW + 1_000))
        waitFor { model.ui.value.said.size == 61 }
        rule.waitForIdle()
        messageWith("the newest").assertIsDisplayed()
    }

    @Test
    fun `a length is said before it is too much, and what is too long is not sent`() {
        draw()
        write("x".repeat(MAX_MESSAGE - 3))
        rule.onNodeWithText("3 more characters fit").assertIsDisplayed()
        write("yyyyy")
        rule.onNodeWithText("2 characters too long").assertIsDisplayed()
        rule.onNodeWithContentDescription("Send").assertIsNotEnabled()
    }

    @Test
    fun `a name is offered behind an at sign`() {
        draw()
        write("hi @cl")
        rule.onNodeWithText("Cleo").performClick()
        assertEquals("hi @Cleo ", model.draft(null).text.toString())
    }

    @Test
    fun `nobody here yet leads to the invite`() {
        talk.state.value = room(members = emptyList())
        draw()
        rule.onNodeWithText("Show the invite").performSemanticsAction(SemanticsActions.OnClick)
        assertEquals(listOf("invite"), opened)
    }

    @Test
    fun `leaving and wiping are in the menu`() {
        draw()
        rule.onNodeWithContentDescription("More").performClick()
        rule.onNodeWithText("Wipe at once").performClick()
        rule.onNodeWithContentDescription("More").performClick()
        rule.onNodeWithText("Leave").performClick()
        assertEquals(listOf("wiped", "left"), opened)
    }
}
