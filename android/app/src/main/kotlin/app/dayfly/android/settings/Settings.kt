package app.dayfly.android.settings

import androidx.compose.runtime.Immutable
import app.dayfly.android.theme.Appearance
import app.dayfly.core.engine.Route

/**
 * Everything a person can set, as plain data. None of it is a secret, and none of it says anything of a
 * room; what is secret, a relay's password and a proxy's, is in [Secrets].
 */
@Immutable
internal data class Settings(
    /** Which version of the terms was accepted; 0 is none. */
    val termsAccepted: Int = 0,
    /** Shown to the others in each room; empty means a name made up for the room. */
    val name: String = "",
    /** Whether the others are shown that this person types. */
    val typing: Boolean = true,
    /** Whether a kept identity, if there is one, is shown to the members of Dayfly rooms. */
    val showKept: Boolean = true,
    /** Whether the others are told what this person has seen, in rooms that have receipts. */
    val receipts: Boolean = true,
    val route: Route = Route.AUTOMATIC,
    /** Relay for two members who cannot reach each other, if this device can. */
    val relayForOthers: Boolean = false,
    /** Addresses of trackers instead of the usual ones; empty means the usual ones. */
    val trackers: List<String> = emptyList(),
    val nostr: Boolean = true,
    val dht: Boolean = true,
    val lan: Boolean = true,
    val notices: Notices = Notices.HIDDEN,
    /** Whether it was asked once if the system may be asked for notifications. */
    val noticesAsked: Boolean = false,
    val sound: Sound = Sound.DROP,
    val appearance: Appearance = Appearance.SYSTEM,
    val dynamicColour: Boolean = false,
    /** A language tag; empty means the system's. Only where the system does not keep it (before Android 13). */
    val language: String = "",
    /** Whether screenshots of rooms and invites may be made. */
    val screenshots: Boolean = false,
) {
    /** Whether the terms as they are now were accepted. */
    val terms: Boolean
        get() = termsAccepted >= TERMS

    companion object {
        /** The version of the terms; higher when what they say changes. */
        const val TERMS = 1

        /** The longest name a web page takes. */
        const val MAX_NAME = 30
    }
}

/** What a notification of a message shows. */
internal enum class Notices {
    /** That there is something new, and no more. */
    HIDDEN,

    /** Who said something. */
    NAME,

    /** Who said what. */
    FULL,

    /** No notification of messages at all. */
    NONE,
}

/** The sound of a new message. */
internal enum class Sound { NONE, DROP, WING, BELL }

/** A relay (TURN server) of a person's own. */
internal data class OwnRelay(
    /** `turn:HOST:PORT` or `turns:HOST:PORT`. */
    val url: String,
    val username: String = "",
    val password: String = "",
) {
    override fun toString(): String = "OwnRelay"
}

/** What is set and is secret; on disk only sealed by the device's key store. */
internal data class Secrets(
    val relay: OwnRelay? = null,
    /** `socks5://…` or `http://…`, with or without a password in it. */
    val proxy: String = "",
) {
    override fun toString(): String = "Secrets"
}
