package app.dayfly.android.open

import app.dayfly.core.Invite
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.engine.Route
import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.InviteAccess
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** The choices for a new room become what the core is asked for. */
@RunWith(RobolectricTestRunner::class)
class OpenModelsTest {
    private class Opened(val options: NativeOptions, val password: String?, val route: Route, val local: Boolean)

    @Test
    fun whoChoosesNothingHasGoodDefaults() {
        lateinit var opened: Opened
        NativeModel(receipts = true, Route.AUTOMATIC) { o, p, r, l -> opened = Opened(o, p, r, l) }.open()
        assertEquals(NativeOptions(HistoryPolicy.Members, "", 0u, true), opened.options)
        assertNull(opened.password)
        assertEquals(Route.AUTOMATIC, opened.route)
        assertFalse(opened.local)
    }

    @Test
    fun everyChoiceArrives() {
        lateinit var opened: Opened
        val model = NativeModel(receipts = true, Route.AUTOMATIC) { o, p, r, l -> opened = Opened(o, p, r, l) }
        model.change {
            it.copy(
                title = " Kitchen ",
                password = " with spaces ",
                history = History.LAST,
                expire = Expire.HOUR,
                receipts = false,
                route = Route.DIRECT_ONLY,
                local = true,
            )
        }
        model.open()
        assertEquals(NativeOptions(HistoryPolicy.Items(100u), "Kitchen", 3600u, false), opened.options)
        assertEquals(" with spaces ", opened.password)
        assertEquals(Route.DIRECT_ONLY, opened.route)
        assertTrue(opened.local)
    }

    private var invite: Invite? = null
    private var password: String? = null
    private val web = WebModel { given, word ->
        invite = given
        password = word
    }

    private fun urls() = invite!!.info().urls

    @Test
    fun aRandomRoomStandsOnEverySiteChosen() {
        web.change { it.copy(draft = "chat.example.org/") }
        web.addSite()
        assertEquals(setOf(WebUi.USUAL_SITE, "https://chat.example.org"), web.ui.value.chosen)
        web.open()
        assertEquals(InviteAccess.PUBLIC, invite!!.info().access)
        assertEquals(2, urls().size)
        assertTrue(urls().toString(), urls()[0].startsWith("https://chitchatter.im/public/"))
        assertTrue(urls().toString(), urls()[1].startsWith("https://chat.example.org/public/"))
    }

    @Test
    fun aPrivateRandomRoomHoldsItsPassword() {
        web.change { it.copy(private = true, password = "word") }
        web.open()
        assertEquals(InviteAccess.PRIVATE, invite!!.info().access)
        assertNull(password)
    }

    @Test
    fun aNameOfOnesOwnIsOnePagesAddress() {
        web.change { it.copy(draft = "chat.example.org") }
        web.addSite()
        web.change { it.copy(named = true, name = " über uns/2 ") }
        assertEquals(1, web.ui.value.chosen.size)
        web.choose("https://chat.example.org", true)
        web.open()
        assertEquals("über uns/2", invite!!.info().room)
        assertEquals(listOf("https://chat.example.org/public/%C3%BCber%20uns%2F2"), urls())
    }

    @Test
    fun aPrivateRoomWithANameAsksForItsPassword() {
        web.change { it.copy(named = true, name = "kitchen", private = true, password = "word") }
        web.open()
        assertEquals(InviteAccess.NEEDS_PASSWORD, invite!!.info().access)
        assertEquals("word", password)
    }

    @Test
    fun whatIsNoSiteIsSaid() {
        web.change { it.copy(draft = "not a site") }
        web.addSite()
        assertNotNull(web.ui.value.draftProblem)
        assertEquals(listOf(WebUi.USUAL_SITE), web.ui.value.sites)
    }

    @Test
    fun withoutSiteNameOrPasswordThereIsNothingToOpen() {
        assertTrue(WebUi().complete)
        assertFalse(WebUi(chosen = emptySet()).complete)
        assertFalse(WebUi(named = true, name = " ").complete)
        assertFalse(WebUi(private = true).complete)
    }

    @Test
    fun choicesDoNotPrintThemselves() {
        assertEquals("NativeUi WebUi", "${NativeUi(password = "word")} ${WebUi(password = "word")}")
    }
}
