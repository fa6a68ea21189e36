package app.dayfly.library

import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.Message
import app.dayfly.core.proto.Snapshot
import app.dayfly.plainMember
import app.dayfly.plainMessage
import app.dayfly.plainRoom

// What a room might say, made up.

val ADA = member("ada")
val BOB = member("bob")
val CAT = member("cat")

fun member(id: String, state: MemberState = MemberState.HERE) = plainMember(id).copy(state = state)

fun message(id: String, from: Member = BOB, at: ULong = 1_000u, sentAt: ULong = at, text: String = id) =
    plainMessage(id, from, text, at).copy(sentAt = sentAt, mine = from == ADA)

val ROOM = plainRoom("ada").copy(history = HistoryPolicy.Off, receipts = false)

fun snapshot(members: List<Member> = listOf(BOB), messages: List<Message> = emptyList()) =
    Snapshot(ADA, members, messages, emptyList(), ROOM)
