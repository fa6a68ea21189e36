package app.dayfly.android.settings

import androidx.test.core.app.ApplicationProvider
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.io.File

/** What the app says of the rest of the project is what that says itself. */
@RunWith(RobolectricTestRunner::class)
class DriftTest {
    /** The project's folder: pictures are in its `android/app/src/test/shots`. */
    private val root = File(
        System.getProperty("dayfly.shots"),
    ).absoluteFile.parentFile.parentFile.parentFile.parentFile.parentFile

    private fun text(path: String) = File(root, path).readText()

    @Test
    fun whoIsContactedIsWhoTheCoreContacts() {
        val defaults = text("core/src/defaults.rs").substringBefore("mod tests")
        val found = Regex("url: \"(?:[a-z]+:(?://)?)?([^\":/]+)[^\"]*\",\\s*operator: \"([^\"]*)\"")
            .findAll(defaults)
            .map { Contact(it.groupValues[1], it.groupValues[2]) }
            .toSet()
        assertEquals(found, Contacts.entries.flatMap { it.all }.toSet())
    }

    @Test
    fun theProtocolsVersionIsTheCores() {
        val version = Regex("const VERSION: u8 = (\\d+);").find(text("core/proto/src/room/native/inside.rs"))
        assertEquals(version?.groupValues?.get(1)?.toInt(), PROTOCOL)
    }

    @Test
    fun licencesAreOfWhatTheLocksName() {
        val licences = Licences.read(ApplicationProvider.getApplicationContext<android.app.Application>().resources)
        val crates = Regex("name = \"([^\"]+)\"\nversion = \"([^\"]+)\"")
            .findAll(text("Cargo.lock"))
            .map { "${it.groupValues[1]} ${it.groupValues[2]}" }
            .toSet()
        val maven = text("android/tools/lock.txt").substringAfter("[main]").substringBefore("\n[").lines()
            .filter { it.isNotBlank() }
            .map {
                it.substringBefore(' ').split(':').let { (group, artifact, version) -> "$group:$artifact $version" }
            }
            .toSet()
        val named = licences.parts.map { "${it.name} ${it.version}" }
        val (kotlin, rust) = named.partition { ':' in it }
        assertEquals("scripts/make-licences writes it anew", maven, kotlin.toSet())
        assertEquals("scripts/make-licences writes it anew", emptyList<String>(), rust.filter { it !in crates })
        assertTrue("${rust.size}", rust.size > 100)
    }

    @Test
    fun everyPartHasItsWords() {
        val licences = Licences.read(ApplicationProvider.getApplicationContext<android.app.Application>().resources)
        for (part in licences.parts) {
            val words = licences.texts(part)
            assertTrue(part.name, words.isNotEmpty() && words.all { it.isNotBlank() })
        }
    }

    @Test
    fun theSystemOffersTheLanguagesThatTheAppDoes() {
        val offered = Regex("android:name=\"([^\"]+)\"").findAll(text("android/app/src/main/res/xml/locales.xml"))
        assertEquals(offered.map { it.groupValues[1] }.toList(), Languages.all)
    }
}
