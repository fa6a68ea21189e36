package app.dayfly

import app.dayfly.core.DAYFLY_SURFACE
import app.dayfly.core.buildInfo
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.engine.Route
import app.dayfly.core.readMarkup
import app.dayfly.core.whomItContacts
import com.sun.jna.NativeLibrary
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** What the library says of itself and of others, before any room is there. */
class VersionTest {
    @Test
    fun `the library says which surface it has before anything of it is used`() {
        val number = NativeLibrary.getInstance("dayfly").getFunction("dayfly_surface").invokeInt(emptyArray())
        assertEquals(DAYFLY_SURFACE, number.toUInt())
    }

    @Test
    fun `it says what was built`() {
        val build = buildInfo()
        assertEquals(1.toUByte(), build.protocol)
        assertTrue(Regex("""\d+\.\d+\.\d+""").matches(build.version), build.version)
        // A commit that whoever built it did not name is not made up.
        assertTrue(build.commit == null || build.commit!!.isNotEmpty())
    }

    @Test
    fun `it says whom a room would contact`() {
        val all = whomItContacts(RoomOptions(), listOf(), true).joinToString(" ")
        assertTrue("Cloudflare" in all && "BitTorrent" in all, all)
        val relayed = whomItContacts(RoomOptions(route = Route.RELAY_ONLY), listOf(), true).joinToString(" ")
        assertFalse("Cloudflare" in relayed, relayed)
        assertEquals(2, whomItContacts(RoomOptions(local = true), listOf(), true).size)
    }

    @Test
    fun `markdown becomes rows that can only be shown`() {
        val said = readMarkup("**hi** @Ada <b>", listOf("Ada")).single().content
        assertTrue(said.first().bold && said.first().text == "hi", "$said")
        assertTrue(said.any { it.mention == "Ada" }, "$said")
        assertTrue("<b>" in said.joinToString("") { it.text }, "$said")
    }
}
