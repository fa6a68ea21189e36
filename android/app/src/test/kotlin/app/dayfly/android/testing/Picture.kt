package app.dayfly.android.testing

import android.graphics.Bitmap
import java.awt.image.BufferedImage
import java.awt.image.IndexColorModel
import java.io.File
import javax.imageio.ImageIO
import kotlin.math.abs

/**
 * A picture of a screen, kept as PNG and compared with what was kept.
 *
 * The same libraries draw the same pixels, so the tolerance is for another processor alone, whose
 * floating point moves the edges of letters and curves: a pixel counts as different where a channel
 * is off by more than [CHANNEL] of 255, and [PIXELS] may differ. That is less than one letter of body
 * text: a changed word, icon or colour is found.
 */
class Picture private constructor(private val width: Int, private val height: Int, private val pixels: IntArray) {
    /** Null, or a sentence on how it differs from the picture of this name; or keeps it, where that is asked. */
    fun compare(name: String): String? {
        val kept = File(System.getProperty("dayfly.shots"), "$name.png")
        if (System.getProperty("dayfly.shots.rewrite") == "true") {
            if (!kept.exists() || read(kept).differences(this) != 0) write(kept)
            return null
        }
        if (!kept.exists()) return "there is no such picture yet: scripts/android shots"
        val expected = read(kept)
        if (expected.width != width || expected.height != height) return "is ${width}x$height, not as kept"
        val different = expected.differences(this)
        if (different <= PIXELS) return null
        val failed = File(System.getProperty("dayfly.shots.failed"), "$name.png")
        beside(expected).write(failed)
        return "$different pixels differ: $failed"
    }

    private fun differences(other: Picture): Int {
        if (width != other.width || height != other.height) return pixels.size
        return pixels.indices.count { differ(pixels[it], other.pixels[it]) }
    }

    private fun differ(one: Int, other: Int, by: Int = CHANNEL): Boolean =
        abs((one shr 16 and 0xff) - (other shr 16 and 0xff)) > by ||
            abs((one shr 8 and 0xff) - (other shr 8 and 0xff)) > by ||
            abs((one and 0xff) - (other and 0xff)) > by

    /** What was expected, what was drawn, and in red on white where they differ. */
    private fun beside(expected: Picture): Picture {
        val all = IntArray(3 * pixels.size)
        for (at in pixels.indices) {
            val to = at / width * 3 * width + at % width
            all[to] = expected.pixels[at]
            all[to + width] = pixels[at]
            all[to + 2 * width] = if (differ(pixels[at], expected.pixels[at])) 0xff0000 else 0xffffff
        }
        return Picture(3 * width, height, all)
    }

    /** With a palette, which halves a file, unless 256 colours are not enough for one. */
    private fun write(file: File) {
        val nearby = nearby()
        val colours = nearby.values.distinct()
        val image =
            if (colours.size <= 256) {
                val palette = IndexColorModel(8, colours.size, colours.toIntArray(), 0, false, -1, 0)
                val index = colours.withIndex().associate { it.value to it.index }
                BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, palette).also { image ->
                    val data = ByteArray(pixels.size) { index.getValue(nearby.getValue(pixels[it])).toByte() }
                    image.raster.setDataElements(0, 0, width, height, data)
                }
            } else {
                BufferedImage(width, height, BufferedImage.TYPE_INT_RGB).also { image ->
                    image.setRGB(0, 0, width, height, pixels, 0, width)
                }
            }
        file.parentFile?.mkdirs()
        ImageIO.write(image, "png", file)
    }

    /**
     * Each colour as it is kept: itself where there are few, else one that is more frequent and in each
     * channel at most half of [CHANNEL] off.
     */
    private fun nearby(): Map<Int, Int> {
        val count = pixels.asIterable().groupingBy { it }.eachCount()
        if (count.size <= 256) return count.keys.associateWith { it }
        val kept = mutableListOf<Int>()
        return count.keys.sortedByDescending { count.getValue(it) }.associateWith { colour ->
            kept.firstOrNull { !differ(it, colour, CHANNEL / 2) } ?: colour.also(kept::add)
        }
    }

    /** Where the pictures come from. */
    companion object {
        /** How far a channel may be off. */
        const val CHANNEL = 16

        /** How many pixels may be. */
        const val PIXELS = 40

        /** The pixels of what was drawn, which covers the whole screen. */
        fun of(bitmap: Bitmap): Picture {
            val pixels = IntArray(bitmap.width * bitmap.height)
            bitmap.getPixels(pixels, 0, bitmap.width, 0, 0, bitmap.width, bitmap.height)
            for (at in pixels.indices) pixels[at] = pixels[at] and 0xffffff
            return Picture(bitmap.width, bitmap.height, pixels)
        }

        private fun read(file: File): Picture {
            val image = ImageIO.read(file)
            val pixels = image.getRGB(0, 0, image.width, image.height, null, 0, image.width)
            for (at in pixels.indices) pixels[at] = pixels[at] and 0xffffff
            return Picture(image.width, image.height, pixels)
        }
    }
}
