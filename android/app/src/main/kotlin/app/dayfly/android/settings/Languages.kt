package app.dayfly.android.settings

import android.app.LocaleManager
import android.content.Context
import android.content.res.Configuration
import android.os.Build
import android.os.LocaleList
import app.dayfly.android.graph
import java.util.Locale

/**
 * The app's own language, where it is not the system's. Since Android 13 the system keeps it, also in its own
 * settings; before, our settings do, and the activity is given a context in that language.
 */
internal object Languages {
    /** What the app is translated into, as tags; each is shown under its own name. */
    val all = listOf("en", "in", "ar", "uk", "es", "de")

    /** The tag that is set, or empty for the system's language. */
    fun chosen(context: Context): String = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
        val locales = context.getSystemService(LocaleManager::class.java).applicationLocales
        if (locales.isEmpty) "" else known(locales[0])
    } else {
        context.graph.settings.now.language
    }

    /** Sets [tag], or the system's language if it is empty. Whether the activity must be made anew by itself. */
    fun choose(context: Context, tag: String): Boolean {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
            context.getSystemService(LocaleManager::class.java).applicationLocales =
                if (tag.isEmpty()) LocaleList.getEmptyLocaleList() else LocaleList(locale(tag))
            return false
        }
        context.graph.settings.update { it.copy(language = tag) }
        return true
    }

    /** [base] in the language that is set. */
    fun wrap(base: Context): Context {
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) return base
        val tag = base.graph.settings.now.language
        if (tag.isEmpty()) return base
        val configuration = Configuration(base.resources.configuration)
        configuration.setLocales(LocaleList(locale(tag)))
        return base.createConfigurationContext(configuration)
    }

    /** The name of the language [tag] in itself. */
    fun name(tag: String): String {
        val locale = locale(tag)
        return locale.getDisplayLanguage(locale).replaceFirstChar { it.titlecase(locale) }
    }

    // The platform's resources use the old code of Indonesian, tags the new one.
    private fun locale(tag: String): Locale = Locale.forLanguageTag(if (tag == "in") "id" else tag)

    private fun known(locale: Locale): String = all.firstOrNull { locale(it).language == locale.language }.orEmpty()
}
