package app.dayfly.library

import app.dayfly.FrameScanner
import app.dayfly.core.DayflyException
import app.dayfly.core.qrEncode
import app.dayfly.drawn
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import java.nio.ByteBuffer

/** Frames are copied once and read elsewhere; none is read twice, and none after the end. */
class FrameScannerTest {
    private fun picture(text: String): ByteBuffer = ByteBuffer.allocate(SIDE * SIDE).also {
        drawn(qrEncode(text), SIDE, it)
        it.clear()
    }

    private fun FrameScanner.take(luma: ByteBuffer) = take(luma, SIDE, SIDE, SIDE)

    @Test
    fun `a code is found in a copy, and the picture is left as it was`() = leavingNothing {
        FrameScanner(SIDE * SIDE).use { scanner ->
            val picture = picture("lent")
            val frame = scanner.take(picture)!!
            assertEquals(SIDE * SIDE, picture.remaining())
            picture.put(ByteArray(SIDE * SIDE)).clear()
            frame.use {
                assertEquals("lent", it.read())
                assertThrows<DayflyException.Refused> { it.read() }
            }
            assertNull(scanner.take(picture)!!.use { it.read() }, "there is no code in it")
            assertThrows<IllegalArgumentException> { scanner.take(ByteBuffer.allocate(SIDE * SIDE + 1)) }
        }
    }

    @Test
    fun `a slow reader costs frames, and the end ends what is waiting`() = leavingNothing {
        val scanner = FrameScanner(SIDE * SIDE, frames = 1)
        val waiting = scanner.take(picture("one"))!!
        assertNull(scanner.take(picture("two")))
        waiting.close()
        val next = scanner.take(picture("three"))
        assertNotNull(next)
        scanner.close()
        next!!.use { assertThrows<IllegalStateException> { it.read() } }
    }

    private companion object {
        const val SIDE = 400
    }
}
