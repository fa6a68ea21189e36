// From the room as it stands, and what this device alone knows of it, to what is drawn. Pure: no
// clock, no core, no words.

package app.dayfly.android.room

import app.dayfly.Delivery
import app.dayfly.RoomState
import app.dayfly.core.proto.Block
import app.dayfly.core.proto.DeliveryState
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.Message
import app.dayfly.core.proto.MessageId
import app.dayfly.core.proto.NoticeCode
import app.dayfly.core.proto.RendezvousState
import app.dayfly.core.proto.Trust
import app.dayfly.core.proto.Via
import java.time.ZoneId

/** What a mapping needs beside the two states. */
class MapWith(
    val title: String,
    val markup: (text: String, names: List<String>) -> List<Block>,
    val now: Long,
    val zone: ZoneId,
)

/** The room's screen. */
fun roomUi(state: RoomState, local: Local, with: MapWith): RoomUi {
    val around = state.around(local, with)
    val others = state.members.filter { it.state != MemberState.CONNECTING }
    val threads = threads(state, local)
    return RoomUi(
        bar = BarUi(
            title = with.title,
            here = others.size + 1,
            network = networkWord(state),
            unverified = others.count {
                it.trust == Trust.NEW || it.trust == Trust.KNOWN || it.trust == Trust.UNVERIFIED
            },
            news = threads.sumOf { it.unread },
            native = state.room.native,
        ),
        banners = banners(state, local),
        room = conversation(state, local, null, around, with),
        threads = threads,
        direct = local.direct?.let { conversation(state, local, it, around, with) },
        listed = local.listed,
        alone = alone(state, local, others),
        look = local.look,
        leaving = local.leaving,
        over = state.ended?.let { OverUi(it, (state.endedBy?.takeIf { by -> by.id != state.me.id })?.name) },
        ready = true,
    )
}

private fun alone(state: RoomState, local: Local, others: List<Member>): Alone? = when {
    others.isNotEmpty() || state.messages.any { !it.direct } || local.lines.any { it.line is Line.Joined } -> null
    local.notices.any { it in IN_THE_WAY } -> Alone.BARRED
    state.room.native && state.room.owner != state.me.id -> Alone.WAITING
    else -> Alone.OPENED
}

/** What keeps a person from meeting anybody. */
internal val IN_THE_WAY = setOf(NoticeCode.WRONG_PASSWORD, NoticeCode.MOVED, NoticeCode.LOCKED)

/** What leaving would mean, if it is to be asked about: an owner leaves others without one. */
fun leaving(state: RoomState): LeavingUi? {
    val others = state.members.count { it.state != MemberState.CONNECTING }
    val owns = state.room.native && state.room.owner == state.me.id && !state.room.frozen
    return if (owns && others > 0 && state.ended == null) LeavingUi(others) else null
}

/** A message with what is known of who has it. */
fun detailsUi(state: RoomState, local: Local, id: MessageId, with: MapWith): DetailsUi? {
    val message = state.messages.find { it.id == id } ?: return null
    val row = timeline(listOf(message), emptyList(), state.around(local, with)).last() as? MessageRow ?: return null
    val known = state.delivery[id]?.members.orEmpty()
    val addressed = when {
        !message.mine -> emptyList()
        message.direct -> state.members.filter { it.id == message.with }
        else -> state.members.filter { it.state != MemberState.CONNECTING }
    }
    return DetailsUi(
        row = row,
        people = addressed.filter { it.id in known || !it.isWeb }.map { Receipt(it.name, progress(known[it.id])) },
        receipts = state.room.receipts,
        native = state.room.native,
    )
}

/** How far a message got with all it is for. */
fun progress(delivery: Delivery?, addressed: List<Member>): Progress? {
    if (delivery == null) return null
    val known = delivery.members
    return when {
        delivery.state == DeliveryState.FAILED -> Progress.FAILED
        delivery.state == DeliveryState.READ || known.containsValue(DeliveryState.READ) -> Progress.READ
        delivery.state == DeliveryState.SENDING -> Progress.WAITING
        delivery.state == DeliveryState.DELIVERED -> Progress.DELIVERED
        known.isEmpty() -> Progress.SENT
        addressed.all { known[it.id] == DeliveryState.DELIVERED } -> Progress.DELIVERED
        known.containsValue(DeliveryState.DELIVERED) -> Progress.SOME
        else -> Progress.SENT
    }
}

private fun progress(state: DeliveryState?): Progress = when (state) {
    DeliveryState.SENDING -> Progress.WAITING
    DeliveryState.SENT, null -> Progress.SENT
    DeliveryState.DELIVERED -> Progress.DELIVERED
    DeliveryState.READ -> Progress.READ
    DeliveryState.FAILED -> Progress.FAILED
}

private fun RoomState.around(local: Local, with: MapWith): Surroundings {
    val hearers = members.filter { it.state != MemberState.CONNECTING && !it.isWeb }
    return Surroundings(
        me = me,
        members = members,
        native = room.native,
        vanishing = room.expireSeconds > 0u,
        looked = local.looked,
        progress = { message ->
            progress(delivery[message.id], if (message.direct) hearers.filter { it.id == message.with } else hearers)
        },
        markup = with.markup,
        now = with.now,
        zone = with.zone,
    )
}

private fun conversation(
    state: RoomState,
    local: Local,
    thread: MemberId?,
    around: Surroundings,
    with: MapWith,
): ConversationUi {
    val messages = state.messages.of(thread)
    val member = thread?.let(around::member)
    val direct = thread != null
    val typing = state.typing.filter { it.direct == direct && (thread == null || it.from == thread) }
    return ConversationUi(
        with = thread,
        title = if (direct) member?.name ?: messages.lastOrNull { !it.mine }?.name.orEmpty() else with.title,
        rows = timeline(messages, local.lines.filter { it.thread == thread }, around, local.unreadFrom[thread]),
        typing = typing.mapNotNull { around.nameOf(it.from) },
        composer = composer(state, local, thread, messages, member, with),
        unread = local.unread(thread, messages),
        showing = thread in local.showing,
        unverified = direct && member != null && member.trust != Trust.VERIFIED,
        away = direct && isAway(member),
    )
}

private fun composer(
    state: RoomState,
    local: Local,
    thread: MemberId?,
    messages: List<Message>,
    member: Member?,
    with: MapWith,
): ComposerUi {
    val writing = local.writing(thread)
    val info = state.room
    val slow = if (thread == null && info.native && info.owner != state.me.id) info.slowSeconds.toInt() else 0
    val last = if (slow > 0) messages.lastOrNull { it.mine }?.arrived else null
    return ComposerUi(
        mode = mode(writing, messages, state),
        onceAllowed = info.native,
        once = writing.once && info.native,
        names = if (thread == null) state.members.map { it.name } else listOfNotNull(member?.name),
        slowSeconds = slow,
        nextAt = last?.let { it + slow * SECOND } ?: 0,
        vanishSeconds = info.expireSeconds.toInt(),
        shut = when {
            thread == null -> null
            member == null -> Shut.GONE
            member.wasNative -> Shut.WAS_NATIVE
            member.blocked -> Shut.BLOCKED
            else -> null
        },
    )
}

private fun mode(writing: Writing, messages: List<Message>, state: RoomState): ComposerMode {
    val id = writing.edit ?: writing.reply ?: return ComposerMode.New
    val message = messages.find { it.id == id && !it.unsent } ?: return ComposerMode.New
    if (writing.edit != null) return ComposerMode.Edit(id, excerpt(message.text))
    val name = state.members.find { it.id == message.from }?.name ?: message.name
    val words = message.text.takeUnless { message.viewOnce }
    return ComposerMode.Reply(Quote(id, name, message.mine, words?.let(::excerpt)))
}

private fun threads(state: RoomState, local: Local): List<ThreadUi> {
    val byThread = state.messages.filter { it.direct && it.with != null }.groupBy { it.with!! }
    val members = state.members.filter { it.state != MemberState.CONNECTING && (it.id in byThread || directly(it)) }
    val gone = byThread.keys.filter { id -> state.members.none { it.id == id } }
    val here = members.map { thread(it.id, it.name, it, byThread[it.id].orEmpty(), local) }
    // Who left is told by its own words alone; without any nobody knows how to call it.
    val left = gone.mapNotNull { id ->
        val messages = byThread.getValue(id)
        val name = messages.lastOrNull { !it.mine }?.name ?: return@mapNotNull null
        thread(id, name, null, messages, local)
    }
    return (here + left).sortedWith(compareByDescending<ThreadUi> { it.at ?: 0L }.thenBy { it.name.lowercase() })
}

private fun thread(id: MemberId, name: String, member: Member?, messages: List<Message>, local: Local): ThreadUi {
    val last = messages.lastOrNull()
    return ThreadUi(
        with = id,
        name = name,
        hint = member?.takeIf { it.sameName || it.sameKey }?.fingerprint?.substringBefore('-'),
        fingerprint = member?.fingerprint,
        excerpt = last?.takeUnless { it.viewOnce || it.unsent }?.text?.let(::excerpt),
        excerptMine = last?.mine == true,
        once = last?.viewOnce == true && !last.unsent,
        at = last?.shownAt,
        unread = local.unread(id, messages),
        away = isAway(member),
    )
}

/** One whose app is in the background is not away: what is said is brought there. */
private fun isAway(member: Member?) = member == null || member.state == MemberState.RECONNECTING

private fun networkWord(state: RoomState): NetworkWord {
    val others = state.members.filter { it.state != MemberState.CONNECTING }
    val here = others.filter { it.state == MemberState.HERE }
    return when {
        here.any { it.via == Via.RELAY } -> NetworkWord.RELAYED
        here.isNotEmpty() -> NetworkWord.DIRECT
        others.any { it.state == MemberState.RECONNECTING } -> NetworkWord.RECONNECTING
        state.rendezvous.any { it.state == RendezvousState.UP } -> NetworkWord.READY
        state.rendezvous.any { it.state == RendezvousState.CONNECTING } -> NetworkWord.REACHING
        else -> NetworkWord.UNREACHED
    }
}

private fun banners(state: RoomState, local: Local): List<RoomBanner> = buildList {
    if (state.ended != null) return@buildList
    val info = state.room
    val others = state.members.filter { it.state != MemberState.CONNECTING }
    val nobody = others.isEmpty()
    when (networkWord(state)) {
        NetworkWord.RECONNECTING -> add(RoomBanner.Reconnecting)
        NetworkWord.UNREACHED -> add(RoomBanner.Unreached)
        else -> Unit
    }
    if (nobody && NoticeCode.MOVED in local.notices) add(RoomBanner.Moved)
    if (nobody && NoticeCode.LOCKED in local.notices) add(RoomBanner.TurnedAway)
    if (nobody && NoticeCode.WRONG_PASSWORD in local.notices) add(RoomBanner.WrongPassword)
    if (info.native && info.frozen) add(RoomBanner.Frozen)
    if (info.native && info.locked) add(RoomBanner.Locked)
    if (state.me.muted) add(RoomBanner.MutedByOwner)
    val owned = info.owner == state.me.id
    if (info.native && !owned && !info.ownerHere && !info.frozen && !nobody) add(RoomBanner.OwnerAway)
}

/** Whether the room ended by what this person did, so that nothing has to be said of it. */
fun endedByMe(state: RoomState): Boolean =
    state.ended == EndReason.LEFT || (state.ended == EndReason.CLOSED && state.endedBy?.id == state.me.id)

private const val SECOND = 1_000L
