package app.dayfly.android.open

import androidx.compose.runtime.Immutable
import app.dayfly.core.engine.Route
import app.dayfly.core.proto.HistoryPolicy

/** What is chosen for a new native room. It stays in memory: a title or a password is written nowhere. */
@Immutable
internal data class NativeUi(
    val title: String = "",
    val password: String = "",
    val history: History = History.MEMBERS,
    val expire: Expire = Expire.NEVER,
    val receipts: Boolean = true,
    val route: Route = Route.AUTOMATIC,
    /** Whether there is a relay to go through; without one a room that only uses relays meets nobody. */
    val hasRelay: Boolean = false,
    val local: Boolean = false,
    val problem: String? = null,
) {
    override fun toString(): String = "NativeUi"
}

/** What newcomers, and who was away, are told of what was said. */
internal enum class History(val policy: HistoryPolicy) {
    OFF(HistoryPolicy.Off),
    MEMBERS(HistoryPolicy.Members),
    LAST(HistoryPolicy.Items(LAST_ITEMS.toUShort())),
}

/** How many messages a newcomer is told at most. */
internal const val LAST_ITEMS = 100

/** When messages vanish. */
internal enum class Expire(val seconds: UInt) {
    NEVER(0u),
    SECONDS(30u),
    MINUTES(300u),
    HOUR(3_600u),
    HOURS(28_800u),
    DAY(86_400u),
}

/** What is chosen for a new room that browsers can join. */
@Immutable
internal data class WebUi(
    /** Whether it has a name of its own instead of one that nobody can guess. */
    val named: Boolean = false,
    val name: String = "",
    val private: Boolean = false,
    val password: String = "",
    val sites: List<String> = listOf(USUAL_SITE),
    val chosen: Set<String> = setOf(USUAL_SITE),
    /** A site that is being typed. */
    val draft: String = "",
    val draftProblem: String? = null,
    val problem: String? = null,
) {
    /** Whether it can be opened as it is. */
    val complete: Boolean
        get() = chosen.isNotEmpty() && (!named || name.isNotBlank()) && (!private || password.isNotEmpty())

    override fun toString(): String = "WebUi"

    companion object {
        /** The site that most people with a browser know. */
        const val USUAL_SITE = "https://chitchatter.im"
    }
}

/** What can be done about a new native room. */
internal interface NativeActions {
    fun change(change: (NativeUi) -> NativeUi)

    fun open()

    fun back()

    fun relays()
}

/** What can be done about a new web room. */
internal interface WebActions {
    fun change(change: (WebUi) -> WebUi)

    fun choose(site: String, on: Boolean)

    fun addSite()

    fun open()

    fun back()
}
