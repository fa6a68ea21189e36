package app.dayfly

import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.proto.InviteAccess
import app.dayfly.core.proto.Matrix
import app.dayfly.core.qrEncode
import app.dayfly.core.qrRead
import app.dayfly.core.readMarkup
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import java.nio.ByteBuffer

/** Invites and their codes cross the FFI whole, and a bad one is refused with a kind and a sentence. */
class InviteTest {
    @Test
    fun `an invite survives its QR code`() {
        val link = Invite.newWebRoom(listOf("https://rooms.example"), "swordfish").use { it.info().link }
        val width = 400
        assertEquals(link, qrRead(drawn(qrEncode(link), width), width.toUInt(), width.toUInt(), width.toUInt()))
        Invite.parse(link).use {
            assertEquals(InviteAccess.PRIVATE, it.info().access)
            assertTrue(it.info().urls.single().startsWith("https://rooms.example/private/"))
        }
    }

    @Test
    fun `a private page's link needs its password`() {
        Invite.parse("https://chitchatter.im/private/room").use { locked ->
            assertEquals(InviteAccess.NEEDS_PASSWORD, locked.info().access)
            locked.unlock("swordfish").use { assertEquals(InviteAccess.PRIVATE, it.info().access) }
        }
    }

    @Test
    fun `a room may have a name that somebody chose`() {
        Invite.newWebRoom(name = "tea at five").use {
            assertEquals("tea at five" to InviteAccess.PUBLIC, it.info().room to it.info().access)
        }
        assertThrows<DayflyException.Refused> { Invite.newWebRoom(name = "") }
    }

    @Test
    fun `what is no invite is refused`() {
        for (bad in listOf("", "hello", "dayfly:", "http://a.example/public/x", "x".repeat(1_000_000))) {
            val refused = assertThrows<DayflyException.Refused> { Invite.parse(bad) }
            assertEquals(ErrorKind.BAD_INVITE, refused.kind)
            assertTrue(refused.sentence.endsWith("."), refused.sentence)
        }
    }

    @Test
    fun `half a character, which any keyboard can hand over, crosses as a question mark`() {
        assertEquals("a?b", readMarkup("a\ud83db", emptyList()).single().content.single().text)
    }

    @Test
    fun `a frame whose numbers do not fit its bytes is refused`() {
        val refused =
            assertThrows<DayflyException.Refused> { qrRead(ByteBuffer.allocateDirect(10), 1000u, 1000u, 1000u) }
        assertEquals(ErrorKind.BAD_INVITE, refused.kind)
    }
}

/** Draws [code] into a brightness plane of [width] pixels squared. */
fun drawn(code: Matrix, width: Int, luma: ByteBuffer = ByteBuffer.allocateDirect(width * width)): ByteBuffer {
    val size = code.size.toInt()
    val scale = width / (size + 8)
    for (row in 0 until width) {
        for (column in 0 until width) {
            val (x, y) = column / scale - 4 to row / scale - 4
            val dark = x in 0 until size && y in 0 until size && code.modules[y * size + x] != 0.toByte()
            luma.put(if (dark) 0 else -1)
        }
    }
    return luma.flip()
}
