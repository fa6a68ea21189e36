package app.dayfly.android.scan

import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.util.Size
import android.view.Surface
import app.dayfly.core.qrEncode
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.update

/** A camera that sees the pictures it is shown. */
internal class PictureCamera : Camera {
    private var frames: ((Frame) -> Unit)? = null
    var closed = true
        private set
    override val state = MutableStateFlow(CameraState())

    override fun open(preview: Surface, frames: (Frame) -> Unit) {
        closed = false
        this.frames = frames
        state.value = CameraState(aspect = 0.75f, torch = false)
    }

    override fun previewSize(): Size = Size(640, 480)

    override fun torch(on: Boolean) = state.update { it.copy(torch = on) }

    override fun close() {
        closed = true
        frames = null
    }

    fun show(picture: Bitmap) {
        frames?.invoke(Pictures.frame(picture))
    }

    fun fail() = state.update { it.copy(failed = true, torch = null) }
}

/** [text] as a code of the core's, six pixels a module, with a quiet zone. */
internal fun code(text: String): Bitmap {
    val matrix = qrEncode(text)
    val side = matrix.size.toInt()
    val picture = Bitmap.createBitmap((side + 8) * 6, (side + 8) * 6, Bitmap.Config.ARGB_8888)
    val canvas = Canvas(picture)
    canvas.drawColor(Color.WHITE)
    val ink = Paint().apply { color = Color.BLACK }
    for (y in 0 until side) {
        for (x in 0 until side) {
            if (matrix.modules[y * side + x].toInt() != 1) continue
            canvas.drawRect((x + 4) * 6f, (y + 4) * 6f, (x + 5) * 6f, (y + 5) * 6f, ink)
        }
    }
    return picture
}
