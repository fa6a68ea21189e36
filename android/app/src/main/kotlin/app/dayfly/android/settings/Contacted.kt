package app.dayfly.android.settings

import androidx.annotation.StringRes
import app.dayfly.android.R

// Who is contacted by default: the same as in the core's own list (core/src/defaults.rs), which a test
// compares with this one. Names of people and firms are not translated, so they stand here.

/** Somebody else's service. */
internal data class Contact(val host: String, val operator: String)

/** Services that are asked for one purpose and learn the same. */
internal enum class Contacts(
    @param:StringRes val title: Int,
    @param:StringRes val learns: Int,
    val all: List<Contact>,
) {
    TRACKERS(
        R.string.contacted_trackers,
        R.string.contacted_trackers_text,
        listOf(
            Contact("open.ftorrent.com", "the ftorrent project, one person"),
            Contact("tracker.webtorrent.dev", "the WebTorrent community; its operator does not give a name"),
            Contact("tracker.openwebtorrent.com", "the OpenWebTorrent project, volunteers"),
            Contact("tracker.btorrent.xyz", "Diego R. Baquero, author of BTorrent"),
        ),
    ),
    NOSTR(
        R.string.contacted_nostr,
        R.string.contacted_nostr_text,
        listOf(
            Contact("relay.damus.io", "Damus Nostr Inc."),
            Contact("nos.lol", "one person, under a pseudonym"),
            Contact("relay.primal.net", "Primal Systems Inc."),
        ),
    ),
    DHT(
        R.string.contacted_dht,
        R.string.contacted_dht_text,
        listOf(
            Contact("router.bittorrent.com", "Rainberry, Inc., makers of BitTorrent"),
            Contact("dht.transmissionbt.com", "the Transmission project"),
            Contact("dht.libtorrent.org", "Arvid Norberg, author of libtorrent"),
            Contact("relay.pkarr.org", "the Pkarr project, authors of the DHT library used here"),
        ),
    ),
    STUN(
        R.string.contacted_stun,
        R.string.contacted_stun_text,
        listOf(
            Contact("stun.cloudflare.com", "Cloudflare, Inc."),
            Contact("stun.l.google.com", "Google LLC"),
        ),
    ),
}
