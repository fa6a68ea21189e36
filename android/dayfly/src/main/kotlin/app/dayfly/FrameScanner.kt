package app.dayfly

import app.dayfly.core.DayflyException
import app.dayfly.core.Lease
import app.dayfly.core.Scanner
import app.dayfly.core.engine.ErrorKind
import com.sun.jna.Pointer
import java.nio.ByteBuffer

/**
 * Finds QR codes in frames of a camera on another thread than the camera's: each frame is copied once,
 * into memory of the core, and the camera has its buffer back.
 *
 * Owns that memory. It refuses more than [frames] at once, so that a slow thread costs frames and not
 * memory. A frame that stays where it is until it was read needs none of this: `qrRead` takes it.
 *
 * @param capacity bytes of the largest frame.
 * @param frames how many may be waiting: 1 to 16.
 */
public class FrameScanner(capacity: Int, frames: Int = 2) : AutoCloseable {
    private val core = Scanner(capacity.toULong(), frames.toUInt())

    /**
     * Copies the brightness plane of a frame, from the position of [luma] to its limit, and leaves both
     * as they are. Nothing while too many are waiting: drop this one.
     */
    public fun take(luma: ByteBuffer, width: Int, height: Int, stride: Int): Frame? {
        val lease = core.lend() ?: return null
        try {
            require(luma.remaining().toULong() <= lease.capacity()) { "The frame is larger than this scanner's." }
            Pointer(lease.address().toLong()).getByteBuffer(0, lease.capacity().toLong()).put(luma.duplicate())
            return Frame(core, lease, width, height, stride)
        } catch (failed: Throwable) {
            lease.close()
            throw failed
        }
    }

    /** Frees it; frames that were taken are refused from here on, and freed when they are closed. */
    override fun close() {
        core.stop()
        core.close()
    }
}

/** A frame of a camera, waiting to be read. Close it when done. */
public class Frame internal constructor(
    private val scanner: Scanner,
    private val lease: Lease,
    private val width: Int,
    private val height: Int,
    private val stride: Int,
) : AutoCloseable {
    /**
     * The text of the QR code in it; nothing where there is none. Once only: with this the memory is
     * the core's again.
     *
     * @throws DayflyException.Refused when it was read already or its scanner is closed.
     */
    public fun read(): String? = try {
        scanner.read(lease, width.toUInt(), height.toUInt(), stride.toUInt())
    } catch (refused: DayflyException.Refused) {
        if (refused.kind == ErrorKind.BAD_INVITE) null else throw refused
    }

    override fun close(): Unit = lease.close()
}
