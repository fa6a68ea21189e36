package app.dayfly.android.scan

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.ImageFormat
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CaptureRequest
import android.media.ImageReader
import android.os.Handler
import android.os.HandlerThread
import android.util.Size
import android.view.Surface
import android.view.SurfaceHolder
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlin.math.abs

/**
 * The phone's camera, by the system's own interface: all that scanning needs of it is one picture on the
 * screen and the brightness plane of the newest frame, for which a library of a megabyte would be much. It
 * runs on a thread of its own, which ends with [close]; a frame that comes while one is read is dropped.
 */
internal class DeviceCamera(context: Context) : Camera {
    private val manager = context.getSystemService(CameraManager::class.java)
    private val current = MutableStateFlow(CameraState())
    private var run: Run? = null

    override val state: StateFlow<CameraState> = current.asStateFlow()

    override fun open(preview: Surface, frames: (Frame) -> Unit) {
        close()
        val chosen = choose()
        if (chosen == null) {
            current.update { it.copy(failed = true) }
            return
        }
        current.value = CameraState(aspect = chosen.aspect, torch = if (chosen.torch) false else null)
        run = Run(chosen, preview, frames).also { it.start() }
    }

    override fun torch(on: Boolean) {
        run?.torch(on)
    }

    override fun close() {
        run?.end()
        run = null
        current.update { it.copy(torch = null, failed = false) }
    }

    override fun previewSize(): Size? = choose()?.size

    private class Chosen(val id: String, val size: Size, val torch: Boolean, val autofocus: Boolean, val aspect: Float)

    private fun choose(): Chosen? = try {
        val all = manager.cameraIdList.associateWith { manager.getCameraCharacteristics(it) }
        val back =
            all.entries.firstOrNull { it.value[CameraCharacteristics.LENS_FACING] == BACK } ?: all.entries.firstOrNull()
        back?.let { (id, about) -> chosen(id, about) }
    } catch (_: CameraAccessException) {
        null
    }

    private fun chosen(id: String, about: CameraCharacteristics): Chosen? {
        val map = about[CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP] ?: return null
        val both = map.getOutputSizes(ImageFormat.YUV_420_888).orEmpty().toSet() intersect
            map.getOutputSizes(SurfaceHolder::class.java).orEmpty().toSet()
        val size =
            both.minByOrNull { abs(it.width * it.height - WANTED) + if (it.width * 3 == it.height * 4) 0 else ODD }
                ?: return null
        val turned = (about[CameraCharacteristics.SENSOR_ORIENTATION] ?: 0) % 180 != 0
        val modes = about[CameraCharacteristics.CONTROL_AF_AVAILABLE_MODES]
        return Chosen(
            id = id,
            size = size,
            torch = about[CameraCharacteristics.FLASH_INFO_AVAILABLE] == true,
            autofocus = modes?.contains(CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE) == true,
            aspect = if (turned) size.height.toFloat() / size.width else size.width.toFloat() / size.height,
        )
    }

    /** One opening of the camera, from [start] to [end]; what it is told after its end it drops. */
    private inner class Run(
        private val chosen: Chosen,
        private val preview: Surface,
        private val frames: (Frame) -> Unit,
    ) : CameraDevice.StateCallback() {
        private val thread = HandlerThread("camera")
        private lateinit var handler: Handler
        private lateinit var reader: ImageReader
        private var device: CameraDevice? = null
        private var session: CameraCaptureSession? = null
        private var lit = false
        private var over = false

        fun start() {
            thread.start()
            handler = Handler(thread.looper)
            reader = ImageReader.newInstance(chosen.size.width, chosen.size.height, ImageFormat.YUV_420_888, 2)
            reader.setOnImageAvailableListener({ read() }, handler)
            handler.post { guarded { openDevice() } }
        }

        @SuppressLint("MissingPermission")
        private fun openDevice() {
            // Without the permission it throws, which is a failure like any other.
            if (!over) manager.openCamera(chosen.id, this, handler)
        }

        fun torch(on: Boolean) {
            handler.post {
                lit = on
                guarded { repeat() }
                current.update { if (it.torch == null) it else it.copy(torch = on) }
            }
        }

        fun end() {
            handler.post {
                over = true
                session?.close()
                device?.close()
                reader.close()
                thread.quitSafely()
            }
        }

        override fun onOpened(camera: CameraDevice) {
            device = camera
            if (over) camera.close() else guarded { configure(camera) }
        }

        override fun onDisconnected(camera: CameraDevice) = fail(camera)

        override fun onError(camera: CameraDevice, error: Int) = fail(camera)

        private fun fail(camera: CameraDevice?) {
            camera?.close()
            device = null
            if (!over) current.update { it.copy(failed = true, torch = null) }
        }

        @Suppress("DEPRECATION")
        private fun configure(camera: CameraDevice) {
            val callback = object : CameraCaptureSession.StateCallback() {
                override fun onConfigured(configured: CameraCaptureSession) {
                    session = configured
                    guarded { repeat() }
                }

                override fun onConfigureFailed(refused: CameraCaptureSession) = fail(camera)
            }
            // The one form that Android 8 has too.
            camera.createCaptureSession(listOf(preview, reader.surface), callback, handler)
        }

        private fun repeat() {
            val camera = device ?: return
            val request = camera.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW)
            request.addTarget(preview)
            request.addTarget(reader.surface)
            if (chosen.autofocus) {
                request[CaptureRequest.CONTROL_AF_MODE] = CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE
            }
            if (chosen.torch) {
                request[CaptureRequest.FLASH_MODE] =
                    if (lit) CaptureRequest.FLASH_MODE_TORCH else CaptureRequest.FLASH_MODE_OFF
            }
            session?.setRepeatingRequest(request.build(), null, handler)
        }

        private fun read() {
            if (over) return
            val image = reader.acquireLatestImage() ?: return
            image.use {
                val plane = it.planes[0]
                if (plane.pixelStride == 1) frames(Frame(plane.buffer, it.width, it.height, plane.rowStride))
            }
        }

        private inline fun guarded(call: () -> Unit) {
            try {
                call()
            } catch (_: CameraAccessException) {
                fail(device)
            } catch (_: SecurityException) {
                fail(device)
            } catch (_: IllegalStateException) {
                // The camera or its surface was closed in between.
                fail(device)
            } catch (_: IllegalArgumentException) {
                fail(device)
            }
        }
    }

    private companion object {
        const val BACK = CameraCharacteristics.LENS_FACING_BACK

        /** Enough for a code held at arm's length, and read in some milliseconds. */
        const val WANTED = 1280 * 960

        /** How many pixels a shape other than 4:3 may differ less: it shows less of what the sensor sees. */
        const val ODD = 300_000
    }
}
