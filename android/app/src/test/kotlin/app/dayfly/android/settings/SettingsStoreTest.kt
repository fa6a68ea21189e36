package app.dayfly.android.settings

import app.dayfly.android.theme.Appearance
import app.dayfly.core.engine.Route
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.io.File

/** Settings outlive the process, in one file, whatever that file has been through. */
@RunWith(RobolectricTestRunner::class)
class SettingsStoreTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val file
        get() = File(folder.root, "settings.json")

    private val changed = Settings(
        termsAccepted = 1,
        name = "Ada",
        typing = false,
        receipts = false,
        showKept = false,
        route = Route.RELAY_ONLY,
        relayForOthers = true,
        trackers = listOf("wss://tracker.example"),
        nostr = false,
        dht = false,
        lan = false,
        notices = Notices.NAME,
        sound = Sound.BELL,
        appearance = Appearance.DARK,
        dynamicColour = true,
        language = "ar",
        screenshots = true,
    )

    @Test
    fun everySettingOutlivesTheProcess() {
        SettingsStore(folder.root).update { changed }
        assertEquals(changed, SettingsStore(folder.root).now)
    }

    @Test
    fun untilSomethingIsSetThereIsNoFile() {
        val store = SettingsStore(folder.root)
        store.update { it }
        assertFalse(file.exists())
        assertEquals(Settings(), store.now)
    }

    @Test
    fun aDamagedFileCostsSettingsAndNoStart() {
        for (text in listOf("", "{", "[]", "null", "\u0000\u0001", """{"kind":"other"}""")) {
            file.writeText(text)
            assertEquals(text, Settings(), SettingsStore(folder.root).now)
        }
    }

    @Test
    fun whatMakesNoSenseHasItsDefaultAndTheRestStays() {
        val text = SettingsFile.write(changed)
            .replace("RELAY_ONLY", "SIDEWAYS")
            .replace("\"typing\": false", "\"typing\": \"perhaps\"")
            .replace("{", "{\"later\": {\"a\": 1},")
        assertEquals(changed.copy(route = Route.AUTOMATIC, typing = true), SettingsFile.read(text))
    }

    @Test
    fun aFileOfSomethingElseIsNoneOfSettings() {
        assertNull(SettingsFile.read("""{"version": 1}"""))
    }

    @Test
    fun aResetForgetsAllButTheTerms() {
        val store = SettingsStore(folder.root)
        store.update { changed }
        store.reset()
        assertEquals(Settings(termsAccepted = Settings.TERMS), SettingsStore(folder.root).now)
    }

    @Test
    fun newTermsAreAskedAnew() {
        assertFalse(Settings(termsAccepted = Settings.TERMS - 1).terms)
        assertTrue(Settings(termsAccepted = Settings.TERMS).terms)
    }
}
