package app.dayfly.android.room

import app.dayfly.Delivery
import app.dayfly.RoomState
import app.dayfly.core.proto.Block
import app.dayfly.core.proto.BlockKind
import app.dayfly.core.proto.DeliveryState
import app.dayfly.core.proto.Inline
import app.dayfly.core.proto.LinkTarget
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MemberKind
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.Message
import app.dayfly.core.proto.MessageId
import app.dayfly.core.proto.Reaction
import app.dayfly.core.proto.RendezvousState
import app.dayfly.core.proto.RendezvousStatus
import app.dayfly.core.proto.RoomInfo
import app.dayfly.core.proto.Trust
import app.dayfly.core.proto.Via
import app.dayfly.plainMember
import app.dayfly.plainMessage
import app.dayfly.plainRoom
import java.time.Instant
import java.time.ZoneId

// People, words and rooms for tests. Everything happens on the morning of one day.

internal val ZONE: ZoneId = ZoneId.of("UTC")

/** 21 March 2026, 9:30. */
internal val NOW: Long = Instant.parse("2026-03-21T09:30:00Z").toEpochMilli()

internal const val MINUTE = 60_000L
internal const val DAY = 24 * 60 * MINUTE

internal fun member(
    name: String,
    trust: Trust = Trust.NEW,
    state: MemberState = MemberState.HERE,
    via: Via? = Via.DIRECT,
    kind: MemberKind = MemberKind.NATIVE,
    sameName: Boolean = false,
    wasNative: Boolean = false,
    blocked: Boolean = false,
    muted: Boolean = false,
    id: String = name.lowercase(),
) = plainMember(id, name).copy(
    fingerprint = "%04x-77aa-10c3-9d2e".format(id.hashCode() and 0xffff),
    kind = kind,
    trust = trust,
    state = state,
    via = via,
    sameName = sameName,
    muted = muted,
    blocked = blocked,
    wasNative = wasNative,
)

internal val ME = member("Ada", id = "me")
internal val BOB = member("Bob", trust = Trust.VERIFIED)
internal val CLEO = member("Cleo")
internal val PAGE = member("Noor", trust = Trust.CLAIMED, kind = MemberKind.WEB)

internal fun message(
    id: String,
    from: Member,
    text: String,
    at: Long = NOW,
    history: Boolean = false,
    confirmed: Boolean = true,
    with: String? = null,
    replyTo: String? = null,
    edited: Boolean = false,
    unsent: Boolean = false,
    reactions: List<Reaction> = emptyList(),
    expiresAt: Long? = null,
    viewOnce: Boolean = false,
    mentionsMe: Boolean = false,
    missing: Int = 0,
    disputed: Boolean = false,
) = plainMessage(id, from, text, at.toULong()).copy(
    direct = with != null,
    with = with,
    mine = from.id == ME.id,
    history = history,
    confirmed = confirmed,
    replyTo = replyTo,
    edited = edited,
    unsent = unsent,
    reactions = reactions,
    expiresAt = expiresAt?.toULong(),
    viewOnce = viewOnce,
    mentionsMe = mentionsMe,
    missing = missing.toUInt(),
    disputed = disputed,
)

internal fun info(
    native: Boolean = true,
    owner: String? = BOB.id,
    ownerHere: Boolean = true,
    locked: Boolean = false,
    slow: Int = 0,
    expire: Int = 0,
    frozen: Boolean = false,
    receipts: Boolean = true,
) = plainRoom(owner).copy(
    native = native,
    ownerHere = ownerHere,
    locked = locked,
    slowSeconds = slow.toUInt(),
    expireSeconds = expire.toUInt(),
    frozen = frozen,
    receipts = receipts,
)

internal fun tracker(state: RendezvousState) = RendezvousStatus("tracker", "wss://tracker.example", state, null)

internal fun room(
    messages: List<Message> = emptyList(),
    members: List<Member> = listOf(BOB, CLEO),
    info: RoomInfo = info(),
    delivery: Map<String, Delivery> = emptyMap(),
    me: Member = ME,
    places: List<RendezvousStatus> = listOf(tracker(RendezvousState.UP)),
) = RoomState(me = me, room = info, members = members, messages = messages, delivery = delivery, rendezvous = places)

internal fun delivered(vararg to: Pair<Member, DeliveryState>) =
    Delivery(DeliveryState.SENT, to.associate { (member, state) -> member.id to state })

internal fun inline(
    text: String,
    bold: Boolean = false,
    italic: Boolean = false,
    strike: Boolean = false,
    code: Boolean = false,
    link: LinkTarget? = null,
    mention: String? = null,
) = Inline(text, bold, italic, strike, code, link, mention)

internal fun block(vararg content: Inline, kind: BlockKind = BlockKind.Paragraph, quote: Int = 0, indent: Int = 0) =
    Block(kind, quote.toUByte(), indent.toUByte(), content.toList())

/** Stands in for the core: each text is one paragraph. */
internal fun plain(text: String): List<Block> = listOf(block(inline(text)))

internal val WITH = MapWith("Bakery", { text, _ -> plain(text) }, NOW, ZONE)

internal fun local(change: Local.() -> Local = { this }) = Local(enteredAt = NOW - DAY).change()

internal fun ui(state: RoomState, local: Local = local()): RoomUi = roomUi(state, local, WITH)

internal val RoomUi.said: List<MessageRow> get() = room.rows.filterIsInstance<MessageRow>()

/** Leads nowhere. */
internal object NoExits : RoomExits {
    override fun invite() = Unit

    override fun members() = Unit

    override fun member(id: MemberId) = Unit

    override fun options() = Unit

    override fun network() = Unit

    override fun report(member: MemberId, message: MessageId) = Unit

    override fun open(url: String) = Unit
}
