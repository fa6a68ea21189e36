package app.dayfly.library

import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberKind
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.Message
import app.dayfly.core.proto.RoomInfo
import app.dayfly.core.proto.Snapshot
import app.dayfly.core.proto.Trust

// What a room might say, made up.

val ADA = member("ada")
val BOB = member("bob")
val CAT = member("cat")

fun member(id: String, state: MemberState = MemberState.HERE) = Member(
    id = id,
    name = id,
    fingerprint = "0000-0000-0000-0000",
    kind = MemberKind.NATIVE,
    trust = Trust.NEW,
    state = state,
    via = null,
    islands = emptyList(),
    sameKey = false,
    sameName = false,
    owner = false,
    muted = false,
    blocked = false,
    wasNative = false,
    kept = null,
)

fun message(id: String, from: Member = BOB, at: ULong = 1_000u, sentAt: ULong = at, text: String = id) = Message(
    id = id,
    from = from.id,
    name = from.name,
    text = text,
    at = at,
    sentAt = sentAt,
    direct = false,
    with = null,
    mine = from == ADA,
    history = false,
    confirmed = true,
    reference = null,
    replyTo = null,
    edited = false,
    unsent = false,
    reactions = emptyList(),
    expiresAt = null,
    viewOnce = false,
    mentionsMe = false,
    missing = 0u,
    disputed = false,
)

val ROOM = RoomInfo(
    native = true,
    generation = 0u,
    owner = "ada",
    ownerHere = true,
    locked = false,
    slowSeconds = 0u,
    expireSeconds = 0u,
    history = HistoryPolicy.Off,
    password = false,
    frozen = false,
    receipts = false,
)

fun snapshot(members: List<Member> = listOf(BOB), messages: List<Message> = emptyList()) =
    Snapshot(ADA, members, messages, emptyList(), ROOM)
