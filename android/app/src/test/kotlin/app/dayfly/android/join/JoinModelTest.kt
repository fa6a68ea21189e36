package app.dayfly.android.join

import android.graphics.SurfaceTexture
import android.view.Surface
import app.dayfly.Dayfly
import app.dayfly.Terminal
import app.dayfly.android.phone.eventually
import app.dayfly.android.phone.idle
import app.dayfly.android.scan.PictureCamera
import app.dayfly.android.scan.ScanModel
import app.dayfly.android.scan.code
import app.dayfly.android.session.Session
import app.dayfly.android.session.Step
import app.dayfly.android.session.Way
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.InviteKind
import app.dayfly.core.proto.MemberState
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.cancel
import kotlinx.coroutines.runBlocking
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** The one way in, with the real core and the terminal's rooms. */
@RunWith(RobolectricTestRunner::class)
class JoinModelTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val scope = CoroutineScope(Dispatchers.Main.immediate + Job())
    private var core: Dayfly? = null
    private var name = ""
    private val session = Session(
        scope,
        { Dayfly.start().also { core = it } },
        { RoomOptions(name = name, local = true, noLan = true, embeddedTracker = "127.0.0.1:0") },
        { null },
    )
    private val model = JoinModel(session, { name }, { name = it })

    @After
    fun wipe() = runBlocking {
        session.cancel()
        core?.panic()
        scope.cancel()
        core?.close() ?: Unit
    }

    @Test
    fun aScannedLinkOfTheTerminalsRoomLeadsInAfterAQuestion() {
        Terminal("open", "--name", "Ada").use { ada ->
            val link = ada.await("ready")["link"].asText()
            val camera = PictureCamera()
            val scanner = ScanModel(camera, { text ->
                model.look(text)
                true
            })
            scanner.look(Surface(SurfaceTexture(0)))
            camera.show(code(link))
            val offer = eventually("asked") { model.state.value as? JoinState.Offer }
            assertEquals(InviteKind.NATIVE, offer.destination?.kind)
            assertFalse(offer.leavesRoom)
            assertNull("nothing was begun", session.coming.value)
            model.typed("Eve")
            model.go()
            eventually("in") { model.state.value == JoinState.Done }
            assertEquals("Eve", name)
            ada.await("member_joined") { it["member"]["name"].asText() == "Eve" }
        }
    }

    @Test
    fun insideARoomItIsAskedFirst() {
        session.open(NativeOptions(history = HistoryPolicy.Off))
        val room = eventually("a room") { session.room.value }
        eventually("it runs") { session.running.value }
        model.look("https://chitchatter.im/public/den")
        val offer = eventually("asked") { model.state.value as? JoinState.Offer }
        assertTrue(offer.leavesRoom)
        assertEquals("den", offer.destination?.name)
        assertTrue("still there", session.room.value === room)
        model.cancel()
        assertTrue("a no changes nothing", session.room.value === room)
        assertNull(room.state.value.ended)
    }

    @Test
    fun aPasswordIsTypedAndNotBeforeItIsAsked() {
        val file = folder.newFile().apply { writeText("open sesame") }
        Terminal("open", "--name", "Ada", "--password-file", file.path).use { ada ->
            model.look(ada.await("ready")["link"].asText())
            eventually("asked") { model.state.value as? JoinState.Offer }
            model.go()
            assertFalse(eventually("password") { model.state.value as? JoinState.Password }.wrong)
            model.go()
            assertTrue("an empty one is none", model.state.value is JoinState.Password)
            model.typed("open sesame")
            model.go()
            assertEquals(JoinState.Working(Step.ENTERING), model.state.value)
            eventually("in") { model.state.value == JoinState.Done }
            eventually("met") { session.room.value!!.state.value.members.any { it.state == MemberState.HERE } }
        }
    }

    @Test
    fun whatLeadsNowhereIsSaidAndCanBeTypedAnew() {
        model.look("http://example.org/")
        val entry = eventually("said") { (model.state.value as? JoinState.Entry)?.takeIf { it.problem != null } }
        assertTrue(entry.problem!!.sentence.isNotBlank())
        model.typed("4821-tulip-anhcor")
        assertNull((model.state.value as JoinState.Entry).problem)
        model.go()
        assertEquals(Way.CODE, eventually("asked") { model.state.value as? JoinState.Offer }.way)
        model.go()
        val failed = eventually("said") { model.state.value as? JoinState.Failed }
        assertEquals(ErrorKind.BAD_CODE, failed.refusal.kind)
        assertTrue("the word that was meant", "anchor" in failed.refusal.sentence + failed.refusal.hint)
        assertFalse("the same again is no use", failed.canRetry)
        model.go()
        assertEquals(JoinState.Entry(), model.state.value)
    }

    @Test
    fun anAnswerIsForARoomAndWithoutOneThatIsSaid() {
        Terminal("open", "--name", "Ada").use { ada ->
            ada.await("ready")
            ada.send("cmd" to "manual_offer", "ref" to "offer")
            model.look(ada.await("ok") { it["ref"]?.asText() == "offer" }["text"].asText())
            assertEquals(Way.HAND, eventually("asked") { model.state.value as? JoinState.Offer }.way)
            model.go()
            val answer = eventually("to show") { model.state.value as? JoinState.ShowAnswer }.answer
            val other = JoinModel(Session(scope, { error("not needed") }, { RoomOptions() }, { null }), { "" }, {})
            other.look(answer.text)
            assertEquals(
                JoinState.AnswerOffer(false),
                eventually("said") {
                    other.state.value as? JoinState.AnswerOffer
                },
            )
            ada.send("cmd" to "manual_answer", "text" to answer.text, "ref" to "answer")
            eventually("in") { model.state.value == JoinState.Done }
        }
    }

    @Test
    fun whoGivesUpOnTheWayIsNowhere() {
        model.look("4821-tulip-anchor")
        eventually("asked") { model.state.value as? JoinState.Offer }
        model.go()
        eventually("begun") { session.coming.value }
        model.cancel()
        idle()
        assertNull(session.coming.value)
        assertNull(session.room.value)
    }

    @Test
    fun nothingOfItIsInAString() {
        model.typed("dayfly:CANARY")
        assertFalse("CANARY" in model.state.value.toString())
        assertFalse("CANARY" in JoinState.Password(null, "CANARY", false).toString())
    }
}
