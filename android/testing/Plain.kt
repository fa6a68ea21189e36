package app.dayfly

import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberKind
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.Message
import app.dayfly.core.proto.RoomInfo
import app.dayfly.core.proto.Trust

// The core's records with nothing remarkable about them, for tests to copy.

/** Somebody who came by the invite. */
fun plainMember(id: String, name: String = id) = Member(
    id = id,
    name = name,
    fingerprint = "0000-0000-0000-0000",
    kind = MemberKind.NATIVE,
    trust = Trust.NEW,
    state = MemberState.HERE,
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

/** Words of somebody else to everybody. */
fun plainMessage(id: String, from: Member, text: String, at: ULong) = Message(
    id = id,
    from = from.id,
    name = from.name,
    text = text,
    at = at,
    sentAt = at,
    direct = false,
    with = null,
    mine = false,
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

/** A native room whose owner is here, without any rules. */
fun plainRoom(owner: String?) = RoomInfo(
    native = true,
    generation = 0u,
    owner = owner,
    ownerHere = true,
    locked = false,
    slowSeconds = 0u,
    expireSeconds = 0u,
    history = HistoryPolicy.Members,
    password = false,
    frozen = false,
    receipts = true,
)
