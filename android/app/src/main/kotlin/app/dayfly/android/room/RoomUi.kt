// The room's screen as data: everything that is drawn, and nothing that draws. Never saved: a process
// that dies takes it along.

package app.dayfly.android.room

import androidx.compose.runtime.Immutable
import app.dayfly.core.proto.Block
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MessageId

/** The room's screen. */
@Immutable
data class RoomUi(
    val bar: BarUi = BarUi(),
    val banners: List<RoomBanner> = emptyList(),
    /** The conversation of everybody. */
    val room: ConversationUi = ConversationUi(),
    /** The members one can speak to alone, those with news first. */
    val threads: List<ThreadUi> = emptyList(),
    /** The direct conversation that is open. */
    val direct: ConversationUi? = null,
    /** The list of direct conversations is open. */
    val listed: Boolean = false,
    /** Nobody came yet: what to show in place of a conversation. */
    val alone: Alone? = null,
    /** What is looked at once, while it is looked at. */
    val look: LookUi? = null,
    /** What leaving would mean, while it is asked. */
    val leaving: LeavingUi? = null,
    /** The room is over. */
    val over: OverUi? = null,
    /** The core has said what the room is; before that there is nothing to draw. */
    val ready: Boolean = false,
)

/** Why nobody is here yet. */
enum class Alone {
    /** This person opened the room and has to invite. */
    OPENED,

    /** Others may come by themselves. */
    WAITING,

    /** Something stands in the way; a banner says what. */
    BARRED,
}

/** The bar at the top. */
@Immutable
data class BarUi(
    /** The room's name; empty where it has none. */
    val title: String = "",
    /** How many are here, this person included. */
    val here: Int = 1,
    val network: NetworkWord = NetworkWord.REACHING,
    /** How many here are not verified, in rooms where they can be. */
    val unverified: Int = 0,
    /** News in direct conversations. */
    val news: Int = 0,
    /** The room has options that can be seen. */
    val native: Boolean = false,
)

/** The network in a word. */
enum class NetworkWord { REACHING, READY, DIRECT, RELAYED, RECONNECTING, UNREACHED }

/** What stands above the conversation until it no longer holds. */
@Immutable
sealed interface RoomBanner {
    /** Nobody answers at present. */
    data object Reconnecting : RoomBanner

    /** No place to meet answers. */
    data object Unreached : RoomBanner

    /** The owner's record contradicts itself. */
    data object Frozen : RoomBanner

    data object Locked : RoomBanner

    /** The owner is away; nobody can moderate. */
    data object OwnerAway : RoomBanner

    /** The owner muted this person. */
    data object MutedByOwner : RoomBanner

    /** Somebody is in a room of this name with another password. */
    data object WrongPassword : RoomBanner

    /** The room has another secret; this invite is dead. */
    data object Moved : RoomBanner

    /** The door is locked for this person. */
    data object TurnedAway : RoomBanner
}

/** One conversation: that of the room, or with one member. */
@Immutable
data class ConversationUi(
    /** The member at the other end; `null` is the room. */
    val with: MemberId? = null,
    val title: String = "",
    /** Oldest first. */
    val rows: List<Row> = emptyList(),
    val typing: List<String> = emptyList(),
    val composer: ComposerUi = ComposerUi(),
    /** How many messages came below what is on the screen. */
    val unread: Int = 0,
    /** It is on the screen, and the app in front. */
    val showing: Boolean = false,
    /** What was checked about the member at the other end falls short of certainty. */
    val unverified: Boolean = false,
    /** The member at the other end does not answer. */
    val away: Boolean = false,
)

/** Where one writes. */
@Immutable
data class ComposerUi(
    val mode: ComposerMode = ComposerMode.New,
    /** Messages can be looked at once here. */
    val onceAllowed: Boolean = false,
    /** The next message can be looked at once. */
    val once: Boolean = false,
    /** Whom an `@` may mean. */
    val names: List<String> = emptyList(),
    /** Seconds between two messages of one member; 0 is none. */
    val slowSeconds: Int = 0,
    /** When the next message may be said; milliseconds since the epoch. */
    val nextAt: Long = 0,
    /** Messages vanish so many seconds after they were sent; 0 is never. */
    val vanishSeconds: Int = 0,
    /** Why nothing can be said here. */
    val shut: Shut? = null,

)

/** Why nothing can be said. */
enum class Shut { GONE, WAS_NATIVE, BLOCKED }

/** What becomes of what is written. */
@Immutable
sealed interface ComposerMode {
    data object New : ComposerMode

    data class Reply(val quote: Quote) : ComposerMode

    data class Edit(val id: MessageId, val excerpt: String) : ComposerMode
}

/** One direct conversation in the list. */
@Immutable
data class ThreadUi(
    val with: MemberId,
    val name: String,
    val hint: String?,
    val fingerprint: String?,
    /** The last words; `null` where there are none, or none that may be shown. */
    val excerpt: String?,
    val excerptMine: Boolean,
    /** The last words are to be looked at once. */
    val once: Boolean,
    val at: Long?,
    val unread: Int,
    /** It does not answer, or is gone. */
    val away: Boolean,
)

/** What is looked at once. */
@Immutable
data class LookUi(val name: String, val blocks: List<Block>)

/** What leaving would mean. */
@Immutable
data class LeavingUi(
    /** How many stay behind without an owner. */
    val others: Int,
)

/** The end of a room. */
@Immutable
data class OverUi(
    val why: EndReason,
    /** Who ended it, where that was a member. */
    val by: String?,
)

/** One own or others' message at length. */
@Immutable
data class DetailsUi(
    val row: MessageRow,
    /** Who has it, and who read it. */
    val people: List<Receipt>,
    /** Receipts are on, so that who reads is known of those who tell it. */
    val receipts: Boolean,
    val native: Boolean,
)

/** How far an own message got with one member. */
@Immutable
data class Receipt(val name: String, val progress: Progress)

/** Something to say once, at the foot of the screen. */
sealed interface Toast {
    /** A sentence of the core, with what to try again if anything. */
    data class Sentence(val sentence: String, val again: (() -> Unit)?) : Toast

    /** What was asked for must wait. */
    data class Wait(val seconds: Int) : Toast

    data object Copied : Toast
}
