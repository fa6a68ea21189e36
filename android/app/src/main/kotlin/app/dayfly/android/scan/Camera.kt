package app.dayfly.android.scan

import android.util.Size
import android.view.Surface
import kotlinx.coroutines.flow.StateFlow
import java.nio.ByteBuffer

/**
 * A camera, as far as scanning needs one: a picture to look at and the brightness of frames to read. The
 * phone's is [DeviceCamera]; tests feed frames from a file.
 */
internal interface Camera : AutoCloseable {
    /** How the camera stands. */
    val state: StateFlow<CameraState>

    /**
     * Begins to show the picture on [preview] and to give frames, the newest only, on a thread of its own.
     * A frame is lent: it is gone when [frames] returns.
     */
    fun open(preview: Surface, frames: (Frame) -> Unit)

    /** How large the preview's surface has to be, as the camera sees it; nothing without a camera. */
    fun previewSize(): Size?

    /** Lights the torch, or puts it out. */
    fun torch(on: Boolean)

    /** The preview's surface is gone, or nobody looks any more. It can be opened again. */
    override fun close()
}

/** How a camera stands. */
internal data class CameraState(
    /** Width by height of the picture as it is seen with the phone upright; nothing until it is known. */
    val aspect: Float? = null,
    /** Whether the torch is lit; nothing where there is none. */
    val torch: Boolean? = null,
    /** There is no camera, or another app has it, or the system keeps it. */
    val failed: Boolean = false,
)

/** The brightness of a picture: [height] rows of [width] bytes, each row beginning [stride] after the last. */
internal class Frame(val luma: ByteBuffer, val width: Int, val height: Int, val stride: Int)
