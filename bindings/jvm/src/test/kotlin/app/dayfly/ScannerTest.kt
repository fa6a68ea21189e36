package app.dayfly

import app.dayfly.core.Lease
import app.dayfly.core.Scanner
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.liveObjects
import app.dayfly.core.qrEncode
import com.sun.jna.Pointer
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.nio.ByteBuffer

private const val WIDTH = 400
private val SIDE = WIDTH.toUInt()

/** Frames written to memory that the library lends, by address. */
class ScannerTest {
    /** A lease as memory. Whoever holds the view holds the lease, too. */
    private fun Lease.view(): ByteBuffer = Pointer(address().toLong()).getByteBuffer(0, capacity().toLong())

    private fun scanner(most: UInt = 2u) = Scanner((WIDTH * WIDTH).toULong(), most)

    @Test
    fun `a code is read from a lent frame, once`() {
        val before = liveObjects()
        scanner().use { scanner ->
            scanner.lend()!!.use { lease ->
                drawn(qrEncode("lent"), WIDTH, lease.view())
                assertEquals("lent", scanner.read(lease, SIDE, SIDE, SIDE))
                assertEquals(ErrorKind.BAD_REQUEST, refusal { scanner.read(lease, SIDE, SIDE, SIDE) })
            }
            scanner.lend()!!.use { lease ->
                assertEquals(ErrorKind.BAD_REQUEST, refusal { scanner.read(lease, SIDE, SIDE, SIDE + 1u) })
                val huge = UInt.MAX_VALUE
                assertEquals(ErrorKind.BAD_REQUEST, refusal { scanner.read(lease, SIDE, huge, huge) })
                lease.view().put(ByteArray(WIDTH * WIDTH))
                assertEquals(ErrorKind.BAD_INVITE, refusal { scanner.read(lease, SIDE, SIDE, SIDE) })
            }
        }
        assertEquals(before, liveObjects())
    }

    @Test
    fun `when all are lent there is none, until one comes back`() {
        scanner().use { scanner ->
            val (one, two) = List(2) { scanner.lend()!! }
            assertTrue(one.generation() != two.generation())
            assertNull(scanner.lend())
            one.close()
            val again = scanner.lend()
            assertNotNull(again)
            listOf(two, again!!).forEach { it.close() }
        }
    }

    @Test
    fun `a lease outlives its scanner and is refused there`() {
        val before = liveObjects()
        val scanner = scanner()
        val other = scanner()
        val lease = scanner.lend()!!
        assertEquals(ErrorKind.BAD_REQUEST, refusal { other.read(lease, SIDE, SIDE, SIDE) })
        scanner.stop()
        assertEquals(ErrorKind.ENDED, refusal { scanner.read(lease, SIDE, SIDE, SIDE) })
        assertEquals(ErrorKind.ENDED, refusal { scanner.lend() })
        scanner.close()
        val view = lease.view()
        repeat(WIDTH * WIDTH) { view.put(it, 1) }
        lease.close()
        other.close()
        assertEquals(before, liveObjects())
    }

    @Test
    fun `buffers that cannot be are refused`() {
        for ((capacity, most) in listOf(0uL to 1u, 1uL to 0u, 1uL to 17u, ULong.MAX_VALUE to 1u)) {
            assertEquals(ErrorKind.BAD_OPTION, refusal { Scanner(capacity, most).close() })
        }
    }
}
