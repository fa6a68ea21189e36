package app.dayfly.android.scan

import android.content.ContentResolver
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.net.Uri
import java.io.IOException
import java.nio.ByteBuffer

/**
 * Reads the brightness of a picture that a person chose. It may come from anywhere: its size is asked
 * first, it is made smaller while it is decoded rather than after, and what claims to be huge is not
 * decoded at all. The whole picture is never in memory.
 */
internal object Pictures {
    /** The most pixels that are looked at. */
    const val MAX_PIXELS: Int = 4_000_000

    /** No side of a real photograph is longer. */
    private const val MAX_SIDE = 30_000

    /** The picture behind [uri], or nothing where it is none or too large. Blocks: not for the main thread. */
    fun read(resolver: ContentResolver, uri: Uri): Frame? = try {
        val bounds = BitmapFactory.Options().apply { inJustDecodeBounds = true }
        resolver.openInputStream(uri)?.use { BitmapFactory.decodeStream(it, null, bounds) }
        val sample = sample(bounds.outWidth, bounds.outHeight)
        if (sample == null) {
            null
        } else {
            val options = BitmapFactory.Options().apply { inSampleSize = sample }
            resolver.openInputStream(uri)?.use { BitmapFactory.decodeStream(it, null, options) }?.let { frame(it) }
        }
    } catch (_: IOException) {
        null
    } catch (_: SecurityException) {
        // Whoever offered it does not let us read it.
        null
    }

    /** By how much to make it smaller, as a power of two; nothing for what is no picture or too large. */
    fun sample(width: Int, height: Int): Int? {
        if (width !in 1..MAX_SIDE || height !in 1..MAX_SIDE) return null
        var sample = 1
        while (width.toLong() / sample * (height.toLong() / sample) > MAX_PIXELS) sample *= 2
        return sample
    }

    /** The brightness of [bitmap], which is given up. */
    fun frame(bitmap: Bitmap): Frame {
        val (width, height) = bitmap.width to bitmap.height
        val luma = ByteBuffer.allocateDirect(width * height)
        val row = IntArray(width)
        for (y in 0 until height) {
            bitmap.getPixels(row, 0, width, 0, y, width, 1)
            for (pixel in row) luma.put(brightness(pixel).toByte())
        }
        luma.rewind()
        bitmap.recycle()
        return Frame(luma, width, height, width)
    }

    /** A picture half as wide and high: what is blurred or noisy is sometimes read better so. */
    fun half(frame: Frame): Frame {
        val (width, height) = frame.width / 2 to frame.height / 2
        val luma = ByteBuffer.allocateDirect(maxOf(1, width * height))
        for (y in 0 until height) {
            for (x in 0 until width) {
                val at = 2 * y * frame.stride + 2 * x
                val sum =
                    at(frame, at) + at(frame, at + 1) + at(frame, at + frame.stride) + at(frame, at + frame.stride + 1)
                luma.put((sum / 4).toByte())
            }
        }
        luma.rewind()
        return Frame(luma, width, height, width)
    }

    private fun at(frame: Frame, index: Int) = frame.luma.get(index).toInt() and 0xFF

    /** What is transparent counts as white paper. */
    private fun brightness(pixel: Int): Int {
        val alpha = pixel ushr 24
        val light = ((pixel shr 16 and 0xFF) * 77 + (pixel shr 8 and 0xFF) * 150 + (pixel and 0xFF) * 29) shr 8
        return (light * alpha + 255 * (255 - alpha)) / 255
    }
}
