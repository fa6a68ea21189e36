package app.dayfly.android.room

import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import androidx.compose.runtime.snapshots.Snapshot
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.NoticeCode
import app.dayfly.core.proto.SayOptions
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.TestScope
import kotlinx.coroutines.test.advanceTimeBy
import kotlinx.coroutines.test.resetMain
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.test.setMain
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** What a person does in a room, and what becomes of it. */
@OptIn(ExperimentalCoroutinesApi::class)
@RunWith(RobolectricTestRunner::class)
class RoomViewModelTest {
    private val dispatcher = StandardTestDispatcher()
    private val talk = FakeTalk(room(listOf(message("1", BOB, "hello", NOW + 1), message("2", ME, "mine", NOW + 2))))
    private val copied = mutableListOf<String>()
    private var types = true
    private var receipts = true
    private var left = 0
    private val model by lazy {
        RoomViewModel(
            talk,
            RoomHooks(
                markup = { text, _ -> plain(text) },
                copy = copied::add,
                typing = { types },
                receipts = { receipts },
                leave = { left++ },
                wipe = {},
                clock = { NOW },
                zone = { ZONE },
                work = dispatcher,
            ),
        )
    }

    @Before
    fun main() = Dispatchers.setMain(dispatcher)

    @After
    fun reset() = Dispatchers.resetMain()

    private fun TestScope.write(text: String, thread: String? = null) {
        model.draft(thread).setTextAndPlaceCursorAtEnd(text)
        Snapshot.sendApplyNotifications()
        runCurrent()
    }

    @Test
    fun `what is sent is said once and the field is empty after it`() = runTest(dispatcher) {
        write("  hi  ")
        model.send(null)
        runCurrent()
        assertEquals(FakeTalk.Said(null, "hi", SayOptions()), talk.said.single())
        assertEquals("", model.draft(null).text.toString())
        model.send(null)
        runCurrent()
        assertEquals(1, talk.said.size)
    }

    @Test
    fun `an answer says what it answers, and a direct message to whom`() = runTest(dispatcher) {
        model.reply(null, "1")
        write("yes")
        model.send(null)
        runCurrent()
        assertEquals("1", talk.said.single().options.replyTo)
        assertEquals(ComposerMode.New, model.ui.value.room.composer.mode)
        model.openThread(BOB.id)
        model.toggleOnce(BOB.id)
        write("psst", BOB.id)
        model.send(BOB.id)
        runCurrent()
        assertEquals(FakeTalk.Said(BOB.id, "psst", SayOptions(viewOnce = true)), talk.said.last())
    }

    @Test
    fun `drafts of conversations are apart`() = runTest(dispatcher) {
        write("to all")
        write("to Bob", BOB.id)
        assertEquals("to all", model.draft(null).text.toString())
        assertEquals("to Bob", model.draft(BOB.id).text.toString())
    }

    @Test
    fun `editing starts from the words that stand there and changes them`() = runTest(dispatcher) {
        model.edit(null, "2")
        runCurrent()
        assertEquals("mine", model.draft(null).text.toString())
        write("mine, better")
        model.send(null)
        runCurrent()
        assertEquals(Command.Edit("2", "mine, better"), talk.commands.single())
        model.edit(null, "1")
        assertEquals("", model.draft(null).text.toString())
    }

    @Test
    fun `an edit that is left leaves nothing behind`() = runTest(dispatcher) {
        model.edit(null, "2")
        model.cancelMode(null)
        runCurrent()
        assertEquals("", model.draft(null).text.toString())
        assertEquals(ComposerMode.New, model.ui.value.room.composer.mode)
    }

    @Test
    fun `words that were refused come back with the reason, and can be tried again`() = runTest(dispatcher) {
        talk.refuses = true
        write("hi")
        model.send(null)
        runCurrent()
        assertEquals("hi", model.draft(null).text.toString())
        val toast = model.toasts.first() as Toast.Sentence
        assertEquals("Too much was said at once. Wait a second.", toast.sentence)
        talk.refuses = false
        toast.again?.invoke()
        runCurrent()
        assertEquals("hi", talk.said.single().text)
    }

    @Test
    fun `a message that is too long is not sent`() = runTest(dispatcher) {
        write("x".repeat(MAX_MESSAGE + 1))
        model.send(null)
        runCurrent()
        assertTrue(talk.said.isEmpty())
    }

    @Test
    fun `typing is told when it begins and when it ceases, not for every letter`() = runTest(dispatcher) {
        write("h")
        write("he")
        write("hel")
        assertEquals(listOf(true to null), talk.typed)
        advanceTimeBy(10_000)
        runCurrent()
        assertEquals(listOf(true to null, false to null), talk.typed)
        write("hell")
        write("")
        assertEquals(listOf(true, false, true, false), talk.typed.map { it.first })
    }

    @Test
    fun `who does not want to be seen typing is not`() = runTest(dispatcher) {
        types = false
        write("h")
        assertTrue(talk.typed.isEmpty())
    }

    @Test
    fun `what is looked at once is in the state until it is closed and nowhere else`() = runTest(dispatcher) {
        talk.state.value = room(listOf(message("s", BOB, "", viewOnce = true)))
        talk.secrets["s"] = "the secret"
        model.view("s")
        runCurrent()
        assertEquals(plain("the secret"), model.ui.value.look?.blocks)
        model.lookAway()
        runCurrent()
        assertNull(model.ui.value.look)
        assertEquals(setOf<Any>(Body.ViewOnce), model.ui.value.said.map { it.body }.toSet())
    }

    @Test
    fun `who wants nobody to know what it read tells nobody`() = runTest(dispatcher) {
        receipts = false
        model.ui.value
        runCurrent()
        assertEquals(listOf<Command>(Command.Receipts(false)), talk.commands)
    }

    @Test
    fun `what was seen is told where receipts are on, and once`() = runTest(dispatcher) {
        model.showing(null, true)
        model.seen(null)
        runCurrent()
        model.seen(null)
        runCurrent()
        assertEquals(listOf<Command>(Command.Read("1")), talk.commands)
        talk.state.value =
            room(talk.state.value.messages + message("3", BOB, "more", NOW + 5), info = info(receipts = false))
        model.seen(null)
        runCurrent()
        assertEquals(1, talk.commands.size)
    }

    @Test
    fun `nothing is seen while the app is behind others`() = runTest(dispatcher) {
        model.seen(null)
        runCurrent()
        assertTrue(talk.commands.isEmpty())
        assertEquals(1, model.ui.value.room.unread)
    }

    @Test
    fun `an obstacle is said until somebody is met`() = runTest(dispatcher) {
        talk.state.value = room(members = emptyList())
        model.ui.value
        runCurrent()
        talk.events.emit(Event.Notice(NoticeCode.WRONG_PASSWORD, "Another password."))
        runCurrent()
        assertEquals(listOf(RoomBanner.WrongPassword), model.ui.value.banners)
        talk.events.emit(Event.MemberJoined(BOB))
        runCurrent()
        assertEquals(emptyList<RoomBanner>(), model.ui.value.banners)
    }

    @Test
    fun `an owner is asked before others are left alone, everybody else just leaves`() = runTest(dispatcher) {
        model.leave()
        assertEquals(1, left)
        talk.state.value = room(info = info(owner = ME.id))
        runCurrent()
        model.leave()
        runCurrent()
        assertEquals(1, left)
        assertEquals(LeavingUi(2), model.ui.value.leaving)
        model.closeForAll()
        runCurrent()
        assertEquals(Command.Close, talk.commands.last())
        talk.state.value = room().copy(ended = EndReason.CLOSED, endedBy = ME)
        runCurrent()
        assertEquals(2, left)
    }

    @Test
    fun `after the end there is nothing left of what was written`() = runTest(dispatcher) {
        write("half a thought")
        talk.state.value = room().copy(ended = EndReason.REMOVED, endedBy = BOB)
        runCurrent()
        assertEquals("", model.draft(null).text.toString())
        assertEquals(OverUi(EndReason.REMOVED, "Bob"), model.ui.value.over)
        assertEquals(0, left)
    }

    @Test
    fun `copying goes to the clipboard and is said`() = runTest(dispatcher) {
        model.copy("hello")
        assertEquals(listOf("hello"), copied)
        assertEquals(Toast.Copied, model.toasts.first())
    }

    @Test
    fun `reactions and taking back are asked of the room`() = runTest(dispatcher) {
        model.react("1", "👍", true)
        model.unsend("2")
        runCurrent()
        assertEquals(listOf(Command.React("1", "👍", true), Command.Unsend("2")), talk.commands)
    }
}
