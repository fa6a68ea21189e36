package app.dayfly.android.people

import androidx.annotation.StringRes
import androidx.compose.runtime.Composable
import androidx.compose.ui.res.stringResource
import app.dayfly.android.R
import app.dayfly.android.ui.meaning
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberKind
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.Trust
import app.dayfly.core.proto.Via

// The words for members: how they are connected and what was checked about them. Only what was checked
// here is called anything better than claimed, and no colour says what a word does not say too.

/** How a member is connected, as a person would tell it. */
internal enum class Reach(@param:StringRes val word: Int, @param:StringRes val meaning: Int) {
    CONNECTING(R.string.people_reach_connecting, R.string.people_reach_connecting_meaning),
    DIRECT(R.string.people_reach_direct, R.string.people_reach_direct_meaning),
    RELAYED(R.string.people_reach_relayed, R.string.people_reach_relayed_meaning),
    CONNECTED(R.string.people_reach_connected, R.string.people_reach_connected_meaning),
    SILENT(R.string.people_reach_silent, R.string.people_reach_silent_meaning),
    BACKGROUND(R.string.people_reach_background, R.string.people_reach_background_meaning),
}

/** How this member is connected. */
internal val Member.reach: Reach
    get() = when (state) {
        MemberState.CONNECTING -> Reach.CONNECTING

        MemberState.RECONNECTING -> Reach.SILENT

        MemberState.BACKGROUND -> Reach.BACKGROUND

        MemberState.HERE -> when (via) {
            Via.DIRECT -> Reach.DIRECT
            Via.RELAY -> Reach.RELAYED
            null -> Reach.CONNECTED
        }
    }

/** In a browser, which protects less. */
internal val Member.inBrowser: Boolean
    get() = kind == MemberKind.WEB

/** Keeps a name from turning the sentence around it when the two are written in different directions. */
internal fun isolated(name: String): String = "\u2068$name\u2069"

/** The member's name, fit to stand in a sentence. */
@Composable
internal fun nameOf(member: Member): String = nameOf(member.name)

/** A name, fit to stand in a sentence. */
@Composable
internal fun nameOf(name: String): String =
    if (name.isBlank()) stringResource(R.string.people_nameless) else isolated(name)

/** What the word for what was checked means for this member. */
@get:StringRes
internal val Member.trustMeaning: Int
    get() = if (trust == Trust.NONE && !inBrowser) R.string.people_trust_none_native_meaning else trust.meaning

/** What to do about it. */
@get:StringRes
internal val Member.trustAdvice: Int
    get() = when (trust) {
        Trust.NONE -> R.string.people_trust_none_do
        Trust.CLAIMED -> R.string.people_trust_claimed_do
        Trust.UNVERIFIED, Trust.NEW, Trust.KNOWN -> R.string.people_trust_compare_do
        Trust.VERIFIED -> R.string.people_trust_verified_do
    }
