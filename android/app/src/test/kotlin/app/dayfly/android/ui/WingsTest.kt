package app.dayfly.android.ui

import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner

/** Pictures of people are the same on every device, and rarely alike. */
@RunWith(RobolectricTestRunner::class)
class WingsTest {
    @Test
    fun oneKeyHasOnePicture() {
        assertEquals(
            Wings(
                colour = 4,
                blades = listOf(
                    Wings.Blade(length = 3, width = 1, hollow = false),
                    Wings.Blade(length = 0, width = 1, hollow = false),
                    Wings.Blade(length = 1, width = 0, hollow = false),
                    Wings.Blade(length = 2, width = 2, hollow = false),
                ),
            ),
            Wings.of("0123-4567-89ab-cdef"),
        )
    }

    @Test
    fun aRoomFullOfPeopleLooksDifferent() {
        val pictures = (0 until 200).map { Wings.of("%04x-0000-0000-0000".format(it)) }
        assertTrue("${pictures.toSet().size} of 200", pictures.toSet().size > 195)
        assertEquals(Wings.COLOURS, pictures.map { it.colour }.toSet().size)
    }
}
