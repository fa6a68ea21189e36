package app.dayfly.android.settings

import org.json.JSONArray
import org.json.JSONException
import org.json.JSONObject

/**
 * Settings as text: what is on disk and in an exported file. It reads what any version wrote: what it does
 * not know it leaves out, and what is missing or makes no sense has its default, so that a damaged file
 * costs a setting and never a start.
 */
internal object SettingsFile {
    /** What an exported file says it is. */
    const val KIND = "dayfly-settings"

    /** No file of settings is longer. */
    const val MAX_BYTES = 64 * 1024

    fun write(settings: Settings): String = JSONObject()
        .put("kind", KIND)
        .put("version", 1)
        .put("terms", settings.termsAccepted)
        .put("name", settings.name)
        .put("typing", settings.typing)
        .put("receipts", settings.receipts)
        .put("show_kept", settings.showKept)
        .put("route", settings.route.name)
        .put("relay_for_others", settings.relayForOthers)
        .put("trackers", JSONArray(settings.trackers))
        .put("nostr", settings.nostr)
        .put("dht", settings.dht)
        .put("lan", settings.lan)
        .put("notices", settings.notices.name)
        .put("notices_asked", settings.noticesAsked)
        .put("sound", settings.sound.name)
        .put("appearance", settings.appearance.name)
        .put("dynamic_colour", settings.dynamicColour)
        .put("language", settings.language)
        .put("screenshots", settings.screenshots)
        .toString(2)

    /** The settings in [text], or nothing where it is no file of settings. */
    fun read(text: String): Settings? {
        val json =
            try {
                JSONObject(text)
            } catch (_: JSONException) {
                return null
            }
        if (json.optString("kind") != KIND) return null
        val usual = Settings()
        return Settings(
            termsAccepted = json.optInt("terms", usual.termsAccepted),
            name = json.optString("name", usual.name).take(Settings.MAX_NAME),
            typing = json.optBoolean("typing", usual.typing),
            showKept = json.optBoolean("show_kept", usual.showKept),
            receipts = json.optBoolean("receipts", usual.receipts),
            route = json.one("route", usual.route),
            relayForOthers = json.optBoolean("relay_for_others", usual.relayForOthers),
            trackers = json.texts("trackers"),
            nostr = json.optBoolean("nostr", usual.nostr),
            dht = json.optBoolean("dht", usual.dht),
            lan = json.optBoolean("lan", usual.lan),
            notices = json.one("notices", usual.notices),
            noticesAsked = json.optBoolean("notices_asked", usual.noticesAsked),
            sound = json.one("sound", usual.sound),
            appearance = json.one("appearance", usual.appearance),
            dynamicColour = json.optBoolean("dynamic_colour", usual.dynamicColour),
            language = json.optString("language", usual.language).take(MAX_TAG),
            screenshots = json.optBoolean("screenshots", usual.screenshots),
        )
    }

    private inline fun <reified E : Enum<E>> JSONObject.one(key: String, usual: E): E =
        enumValues<E>().firstOrNull { it.name == optString(key) } ?: usual

    private fun JSONObject.texts(key: String): List<String> {
        val array = optJSONArray(key) ?: return emptyList()
        return (0 until minOf(array.length(), MAX_ITEMS)).map { array.optString(it) }.filter { it.isNotBlank() }
    }

    private const val MAX_ITEMS = 16
    private const val MAX_TAG = 35
}
