package app.dayfly.android.settings

import android.content.res.Resources
import app.dayfly.android.R

/** Somebody else's work within the app. */
internal data class LicensedPart(
    val name: String,
    val version: String,
    /** The licence's name, as its authors gave it. */
    val licence: String,
    /** Which of the resource's texts are its licence. */
    val texts: List<Int>,
)

/**
 * Whose work is in the app, and under which words: a resource that `scripts/make-licences` writes from the
 * locks of the core and of the app. Its lines are `name TAB version TAB licence TAB numbers of texts`, then
 * the texts, each after a line of [MARK].
 */
internal class Licences(file: String) {
    val parts: List<LicensedPart>
    private val texts: List<String>

    init {
        val all = file.split("\n$MARK\n")
        parts =
            all.first().lines().filter { it.isNotEmpty() }.map { line ->
                val (name, version, licence, numbers) = line.split('\t')
                LicensedPart(name, version, licence, numbers.split(' ').mapNotNull { it.toIntOrNull() })
            }
        texts = all.drop(1)
    }

    /** The words that [part] is under. */
    fun texts(part: LicensedPart): List<String> = part.texts.map { texts[it] }

    companion object {
        const val MARK = "--------8<--------"

        fun read(resources: Resources): Licences =
            Licences(resources.openRawResource(R.raw.licences).use { it.readBytes().decodeToString() })
    }
}
