package app.dayfly.android.scan

import android.app.Application
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.graphics.Rect
import android.graphics.SurfaceTexture
import android.net.Uri
import android.view.Surface
import androidx.test.core.app.ApplicationProvider
import app.dayfly.android.phone.eventually
import app.dayfly.android.phone.idle
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.io.File

/** The scanner, fed with pictures of real codes: the core makes them and the core reads them. */
@RunWith(RobolectricTestRunner::class)
class ScanModelTest {
    @get:Rule
    val folder = TemporaryFolder()

    private val app: Application = ApplicationProvider.getApplicationContext()
    private val camera = PictureCamera()
    private val taken = mutableListOf<String>()
    private val model = ScanModel(camera, { text -> (text == GOOD).also { if (it) taken += text } })

    @Test
    fun aCodeInFrontOfTheCameraIsTakenOnceAndTheCameraIsOff() {
        look()
        camera.show(code(GOOD))
        eventually("taken") { taken.isNotEmpty() }
        eventually("off") { camera.closed }
        camera.show(code(GOOD))
        idle()
        assertEquals(listOf(GOOD), taken)
    }

    @Test
    fun anotherCodeIsSaidOnceAndScanningGoesOn() {
        look()
        camera.show(code("WIFI:S:cafe;;"))
        eventually("said") { model.state.value.note == ScanNote.OTHER_CODE }
        model.noted()
        camera.show(code("WIFI:S:cafe;;"))
        idle()
        assertNull("the same code says it once", model.state.value.note)
        assertFalse(camera.closed)
        camera.show(code(GOOD))
        eventually("taken") { taken.isNotEmpty() }
    }

    @Test
    fun aFrameWithNothingInItIsNothing() {
        look()
        camera.show(Bitmap.createBitmap(320, 240, Bitmap.Config.ARGB_8888))
        idle()
        assertNull(model.state.value.note)
        assertTrue(taken.isEmpty())
    }

    @Test
    fun aPictureIsRead() {
        model.picture(app.contentResolver, file(code(GOOD)))
        assertTrue(model.state.value.busy)
        eventually("taken") { taken.isNotEmpty() }
        assertFalse(model.state.value.busy)
    }

    @Test
    fun aPhotographOfACodeIsRead() {
        // Large, on a coloured ground and turned a little, as somebody takes it.
        val photo = Bitmap.createBitmap(3000, 2200, Bitmap.Config.ARGB_8888)
        Canvas(photo).run {
            drawColor(Color.rgb(140, 120, 90))
            rotate(11f, 1500f, 1100f)
            drawBitmap(code(GOOD), null, Rect(1000, 600, 2000, 1600), Paint(Paint.FILTER_BITMAP_FLAG))
        }
        model.picture(app.contentResolver, file(photo))
        eventually("taken") { taken.isNotEmpty() }
    }

    @Test
    fun aPictureWithoutACodeAndWhatIsNoPictureAreSaid() {
        model.picture(app.contentResolver, file(Bitmap.createBitmap(200, 200, Bitmap.Config.ARGB_8888)))
        eventually("said") { model.state.value.note == ScanNote.NO_CODE }
        val gone = Uri.fromFile(File(folder.root, "gone.png"))
        model.picture(app.contentResolver, gone)
        eventually("said") { model.state.value.note == ScanNote.NO_PICTURE }
    }

    @Test
    fun aHugePictureIsMadeSmallerOrRefused() {
        assertEquals(1, Pictures.sample(2000, 2000))
        assertEquals(2, Pictures.sample(4000, 3000))
        assertEquals(8, Pictures.sample(16_000, 12_000))
        for ((width, height) in listOf(65_535 to 65_535, 0 to 10, -1 to -1, 10 to 40_000)) {
            assertNull("$width x $height", Pictures.sample(width, height))
        }
        val sample = Pictures.sample(30_000, 30_000)!!
        assertTrue(30_000L / sample * (30_000L / sample) <= Pictures.MAX_PIXELS)
    }

    @Test
    fun thePermissionDecidesWhatIsSeen() {
        fun seen(granted: Boolean, canAsk: Boolean, asked: Boolean): ScanView {
            model.permission(granted, canAsk, asked)
            return model.state.value.view
        }
        assertEquals(ScanView.ASKING, seen(granted = false, canAsk = false, asked = false))
        assertEquals(ScanView.REFUSED, seen(granted = false, canAsk = true, asked = true))
        assertEquals(ScanView.BLOCKED, seen(granted = false, canAsk = false, asked = true))
        assertEquals(ScanView.LOOKING, seen(granted = true, canAsk = false, asked = true))
    }

    @Test
    fun theTorchIsWhatTheCameraSaysAndAFaultIsSaid() {
        look()
        idle()
        assertEquals(false, model.state.value.torch)
        model.torch()
        idle()
        assertEquals(true, model.state.value.torch)
        camera.fail()
        eventually("said") { model.state.value.view == ScanView.FAILED }
        model.again()
        assertEquals(ScanView.LOOKING, model.state.value.view)
    }

    private fun look() {
        model.permission(granted = true, canAsk = false, asked = false)
        model.look(Surface(SurfaceTexture(0)))
    }

    private fun file(picture: Bitmap): Uri {
        val file = File(folder.root, "picture-${picture.width}.png")
        file.outputStream().use { picture.compress(Bitmap.CompressFormat.PNG, 100, it) }
        return Uri.fromFile(file)
    }

    private companion object {
        const val GOOD = "dayfly:JBSWY3DPEBLW64TMMQ"
    }
}
