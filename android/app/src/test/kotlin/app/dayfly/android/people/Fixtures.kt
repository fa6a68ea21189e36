package app.dayfly.android.people

import app.dayfly.RoomState
import app.dayfly.core.proto.Emoji
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberKind
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.RoomInfo
import app.dayfly.core.proto.Trust
import app.dayfly.core.proto.VerificationState
import app.dayfly.core.proto.VerificationStep
import app.dayfly.core.proto.Via
import app.dayfly.plainMember
import app.dayfly.plainMessage
import app.dayfly.plainRoom
import java.lang.reflect.Proxy

// People and rooms that are not there, for mappings and pictures.

/** A member with Dayfly who came by the invite. */
internal fun member(
    name: String,
    id: String = name.lowercase(),
    trust: Trust = Trust.NEW,
    via: Via? = Via.DIRECT,
    state: MemberState = MemberState.HERE,
    fingerprint: String = "%016x".format(id.hashCode() * 0x9E3779B97F4A7C15uL.toLong()).chunked(4).joinToString("-"),
) = plainMember(id, name).copy(fingerprint = fingerprint, trust = trust, via = via, state = state)

/** Somebody in a browser. */
internal fun page(name: String, trust: Trust = Trust.CLAIMED) =
    member(name, trust = trust).copy(kind = MemberKind.WEB, islands = listOf("https://chitchatter.im"))

internal val nativeRoom = plainRoom("ada")

internal val webRoom = nativeRoom.copy(native = false, owner = null, ownerHere = false)

/** This person, who owns the room. */
internal val ada = member("Ada", trust = Trust.VERIFIED, via = null).copy(owner = true)

/** A room of [members], Ada's own. */
internal fun roomOf(vararg members: Member, me: Member = ada, room: RoomInfo = nativeRoom) =
    RoomState(me = me, room = room, members = members.toList())

internal val codeEmoji = listOf(
    "🐶" to "Dog",
    "☂️" to "Umbrella",
    "🎸" to "Guitar",
    "✈️" to "Aeroplane",
    "🍓" to "Strawberry",
    "📎" to "Paperclip",
    "🌵" to "Cactus",
).map { (symbol, name) -> Emoji(symbol, name) }

internal fun step(state: VerificationState, code: Boolean = false, members: List<String> = emptyList()) =
    VerificationStep(
        state,
        codeEmoji.takeIf { code },
        "1234-5678-9012".takeIf { code },
        members,
    )

/** Something [from] said. */
internal fun said(text: String, from: String, id: String = text, at: Long = 1_795_300_000_000) =
    plainMessage(id, plainMember(from), text, at.toULong())

/** Actions that do nothing, for pictures. */
internal inline fun <reified T> idle(): T =
    Proxy.newProxyInstance(T::class.java.classLoader, arrayOf(T::class.java)) { self, method, arguments ->
        when (method.name) {
            "equals" -> self === arguments?.firstOrNull()
            "hashCode" -> System.identityHashCode(self)
            else -> Unit
        }
    } as T
