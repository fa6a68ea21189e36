package app.dayfly.library

import app.dayfly.DEADLINE
import app.dayfly.Dayfly
import app.dayfly.GUEST
import app.dayfly.HOST
import app.dayfly.Room
import app.dayfly.RoomState
import app.dayfly.Terminal
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.liveObjects
import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.Member
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.Message
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.TimeoutCancellationException
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.jupiter.api.Assertions.assertEquals

// Rooms of this machine alone, and what is waited for in them.

/** A native room that tells newcomers what was said. */
val NATIVE = NativeOptions(history = HistoryPolicy.Members)

/** Runs [work] and then looks whether anything is left of it. */
fun leavingNothing(work: suspend CoroutineScope.() -> Unit) {
    val before = liveObjects()
    runBlocking { work() }
    assertEquals(before, liveObjects(), "objects were left behind")
}

/** The first state, now or later, for which [holds]. */
suspend fun Room.until(what: String, holds: (RoomState) -> Boolean): RoomState = try {
    withTimeout(DEADLINE.toMillis()) { state.first(holds) }
} catch (late: TimeoutCancellationException) {
    throw AssertionError("not in time: $what; ${state.value}, ${state.value.messages}, ${state.value.members}", late)
}

/** The member of this name, once it is here. */
suspend fun Room.meets(name: String): Member {
    val there = { state: RoomState -> state.members.find { it.name == name && it.state == MemberState.HERE } }
    return there(until("$name is here") { there(it) != null })!!
}

/** The message with this text, once it came. */
suspend fun Room.hears(text: String): Message {
    val said = { state: RoomState -> state.messages.find { it.text == text } }
    return said(until("somebody says $text") { said(it) != null })!!
}

/** The message [id] as soon as [holds]. */
suspend fun Room.message(id: String, what: String, holds: (Message) -> Boolean): Message {
    val found = { state: RoomState -> state.messages.find { it.id == id && holds(it) } }
    return found(until(what) { found(it) != null })!!
}

/** Two engines in a native room: Ada, who owns it, and Bob. */
suspend fun twoMembers(native: NativeOptions = NATIVE, work: suspend (ada: Room, bob: Room) -> Unit) {
    Dayfly.start().use { one ->
        Dayfly.start().use { two ->
            one.open(native, HOST.copy(name = "Ada")).use { ada ->
                two.enter(ada.invite, GUEST.copy(name = "Bob")).use { bob ->
                    ada.meets("Bob")
                    bob.meets("Ada")
                    work(ada, bob)
                }
            }
        }
    }
}

/** The same, and Cat at a terminal. */
suspend fun threeMembers(work: suspend (ada: Room, bob: Room, cat: Terminal) -> Unit) = twoMembers { ada, bob ->
    Terminal("join", ada.invite.info().link, "--name", "Cat").use { cat ->
        ada.meets("Cat")
        bob.meets("Cat")
        for (name in listOf("Ada", "Bob")) cat.meets(name)
        work(ada, bob, cat)
    }
}

private fun Terminal.meets(name: String) {
    await("ready")
    await("member_joined") { it["member"]["name"].asText() == name }
}
