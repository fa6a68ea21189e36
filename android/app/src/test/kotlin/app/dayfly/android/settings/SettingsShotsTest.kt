package app.dayfly.android.settings

import androidx.compose.runtime.Composable
import androidx.compose.ui.test.hasScrollAction
import androidx.compose.ui.test.junit4.ComposeTestRule
import androidx.compose.ui.test.performTouchInput
import androidx.compose.ui.test.swipeUp
import app.dayfly.android.testing.Shots
import app.dayfly.android.testing.Variant
import app.dayfly.android.testing.silent
import app.dayfly.android.theme.DayflyTheme
import app.dayfly.core.engine.Route
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

@RunWith(RobolectricTestRunner::class)
class SettingsShotsTest {
    @get:Rule
    val shots = Shots()

    private val settings = Settings(termsAccepted = 1, name = "Ada")
    private val did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"

    private fun ComposeTestRule.down() = onAllNodes(hasScrollAction())[0].performTouchInput {
        swipeUp(durationMillis = 80)
    }

    private fun draw(name: String, screen: @Composable () -> Unit) = shots.draw(name) { DayflyTheme(content = screen) }

    private fun below(name: String, swipes: Int, screen: @Composable () -> Unit) =
        shots.draw(name, listOf(Variant.LIGHT, Variant.LARGE), act = { repeat(swipes) { down() } }) {
            DayflyTheme(content = screen)
        }

    @Test
    fun all() = draw("settings") { SettingsScreen({}, {}) }

    @Test
    fun you() = draw("settings-you") { YouPage(settings, {}, {}) }

    @Test
    fun connections() = draw("settings-connections") { ConnectionsPage(settings, {}, ConnectionsUi(), silent()) }

    @Test
    fun connectionsSet() = below("settings-connections-set", 2) {
        ConnectionsPage(
            settings.copy(route = Route.RELAY_ONLY),
            {},
            ConnectionsUi(
                relayUrl = "turns:relay.example.org:443",
                relayUser = "ada",
                relayPassword = "hidden",
                proxy = "127.0.0.1:9050",
                changed = true,
                problem = ConnectionsProblem.PROXY,
            ),
            silent(),
        )
    }

    @Test
    fun connectionsPlaces() =
        below("settings-connections-places", 6) { ConnectionsPage(settings, {}, ConnectionsUi(), silent()) }

    @Test
    fun notices() = draw("settings-notices") { NoticesPage(settings, {}, {}, {}, {}) }

    @Test
    fun noIdentity() = draw("settings-identity-none") { IdentityPage(IdentityUi(), true, {}, silent()) }

    @Test
    fun identity() = draw("settings-identity") {
        IdentityPage(IdentityUi(exists = true, did = did), true, {}, silent())
    }

    @Test
    fun look() = draw("settings-look") {
        LookPage(settings, {}, true, "uk", Languages.all.map { it to Languages.name(it) }, {}, {})
    }

    @Test
    fun privacy() = draw("settings-privacy") { PrivacyPage(settings, {}, {}) }

    @Test
    fun kept() = draw("settings-kept") { KeptPage(KeptUi(), silent()) }

    @Test
    fun keptBelow() = below("settings-kept-below", 4) { KeptPage(KeptUi(), silent()) }

    @Test
    fun keptDelete() = shots.draw("settings-kept-delete", listOf(Variant.DARK, Variant.RTL)) {
        DayflyTheme { KeptPage(KeptUi(asks = true), silent()) }
    }

    @Test
    fun contacted() = draw("settings-contacted") { ContactedPage {} }

    @Test
    fun about() = draw("settings-about") { AboutPage("0.1.0", "4e1e43a", {}, {}) }

    @Test
    fun licences() = draw("settings-licences") {
        LicencesPage(
            listOf(
                LicensedPart("aead", "0.6.1", "MIT OR Apache-2.0", listOf(0)),
                LicensedPart("androidx.compose.material3:material3-android", "1.4.0", "Apache-2.0", listOf(0)),
                LicensedPart("ring", "0.17.14", "Apache-2.0 AND ISC", listOf(1)),
            ),
            {},
            {},
        )
    }
}
