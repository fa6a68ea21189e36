package app.dayfly.android.flow

import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.hasTestTag
import androidx.compose.ui.test.onNodeWithTag
import app.dayfly.android.R
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** How long it takes from a tap on the app to a room's first frame; printed for docs/benchmarks.md. */
@RunWith(RobolectricTestRunner::class)
internal class FirstFrameTest : Flow() {
    @Test
    fun aRoomIsDrawnSoonAfterTheAppIsStarted() {
        graph.settings.update { it.copy(termsAccepted = 1) }
        val times = List(ROUNDS) {
            val begun = System.nanoTime()
            val activity = start()
            see(R.string.home_no_list)
            val home = System.nanoTime()
            tap(R.string.room_native_open)
            see(hasTestTag("composer"))
            rule.onNodeWithTag("composer").captureToImage()
            val room = System.nanoTime()
            leave()
            activity.close()
            Pair((home - begun) / MILLION, (room - home) / MILLION)
        }
        println("start to Home, and a tap there to the first frame of a room, ms: $times")
        assertTrue("no slower than a person waits", times.last().toList().sum() < WAITS_MILLIS)
    }

    private companion object {
        const val ROUNDS = 5
        const val MILLION = 1_000_000

        /** Once the JVM knows the code; generous, for a loaded machine. */
        const val WAITS_MILLIS = 10_000L
    }
}
