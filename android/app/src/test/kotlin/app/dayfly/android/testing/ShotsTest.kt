package app.dayfly.android.testing

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.unit.dp
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import java.io.File

/** The harness finds what it is there to find, and the pictures stay small. */
@RunWith(RobolectricTestRunner::class)
class ShotsTest {
    @get:Rule
    val shots = Shots()

    @Test
    fun findsWhatKeepsAScreenFromSomebody() {
        val said = said { Faulty() }
        assertTrue(said, "nothing says what what is touched, 60x60" in said)
        assertTrue(said, "“Near” (20x20 at 0,60) has less than 48 dp to itself" in said)
        assertTrue(said, "“Pale” stands out by 1.6 to 1, where 4.5 is the least" in said)
        assertEquals(said, 1, Regex("Pale").findAll(said).count())
    }

    @Test
    fun picturesStaySmall() {
        val files = File(System.getProperty("dayfly.shots")).listFiles().orEmpty()
        val size = files.sumOf { it.length() }
        assertTrue("The pictures take $size bytes, more than 5 MB in all", size <= 5_000_000)
    }

    private fun said(content: @Composable () -> Unit): String = try {
        assertThrows(AssertionError::class.java) { shots.draw("faulty", listOf(Variant.LIGHT), content = content) }
            .message.orEmpty()
    } finally {
        // Where pictures are written, this one is too.
        File(System.getProperty("dayfly.shots"), "faulty-light.png").delete()
    }

    @Composable
    private fun Faulty() {
        Column(Modifier.fillMaxSize().background(Color.White)) {
            Box(Modifier.size(60.dp).clickable { })
            Row {
                Text("Near", Modifier.size(20.dp).clickable { }, maxLines = 1)
                Text("Other", Modifier.size(60.dp).clickable { })
            }
            Text("Pale", color = Color(0xffcccccc))
            Text("Plain", color = Color.Black)
        }
    }
}
