package app.dayfly.android.scan

import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.graphics.Rect
import androidx.compose.foundation.Image
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.layout.ContentScale
import androidx.compose.ui.res.stringResource
import app.dayfly.android.R
import app.dayfly.android.testing.Shots
import app.dayfly.android.theme.Appearance
import app.dayfly.android.theme.DayflyTheme
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** The scanner, drawn: in place of the camera's picture there is one of a code on a table. */
@RunWith(RobolectricTestRunner::class)
class ScanShotsTest {
    @get:Rule
    val shots = Shots()

    @Test
    fun looking() = draw("scan-looking", ScanState(ScanView.LOOKING, torch = true))

    @Test
    fun anotherCode() = draw("scan-other", ScanState(ScanView.LOOKING, torch = null, note = ScanNote.OTHER_CODE))

    @Test
    fun asking() = draw("scan-asking", ScanState(ScanView.ASKING))

    @Test
    fun blocked() = draw("scan-blocked", ScanState(ScanView.BLOCKED))

    @Test
    fun failed() = draw("scan-failed", ScanState(ScanView.FAILED, note = ScanNote.NO_CODE))

    private fun draw(name: String, state: ScanState) = shots.draw(name) {
        DayflyTheme(Appearance.SYSTEM, false) {
            ScanScreen(
                state,
                NoActions,
                stringResource(R.string.scan_title),
                stringResource(R.string.scan_hint),
                canPaste = true,
            ) { Table(it) }
        }
    }

    @Composable
    private fun Table(modifier: Modifier) {
        val picture = Bitmap.createBitmap(480, 640, Bitmap.Config.ARGB_8888)
        Canvas(picture).run {
            drawColor(Color.rgb(120, 96, 70))
            rotate(-7f, 240f, 300f)
            drawBitmap(
                code("dayfly:JBSWY3DPEBLW64TMMQ"),
                null,
                Rect(150, 190, 330, 370),
                Paint(Paint.FILTER_BITMAP_FLAG),
            )
        }
        Image(picture.asImageBitmap(), contentDescription = null, modifier = modifier, contentScale = ContentScale.Crop)
    }

    private object NoActions : ScanActions {
        override fun onBack() = Unit

        override fun onAllow() = Unit

        override fun onSystemSettings() = Unit

        override fun onTorch() = Unit

        override fun onPicture() = Unit

        override fun onPaste() = Unit

        override fun onAgain() = Unit

        override fun onNoted() = Unit
    }
}
