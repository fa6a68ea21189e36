// A small chat on the JVM: what an app does with Dayfly, in one page.
//
//   scripts/jvm example            opens a room that browsers can join too, and prints its link
//   scripts/jvm example LINK       joins one
//   scripts/jvm example --local    contacts nothing beyond this machine
//
// A line typed is said to everybody; an empty line, or the end of the input, leaves.
package app.dayfly.example

import app.dayfly.Dayfly
import app.dayfly.Room
import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.MemberId
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext

/** Prints what happens, until the room is over. Names are those of the state as it stands. */
suspend fun show(room: Room) = room.events.collect { event ->
    when (event) {
        is Event.MemberJoined -> println("* ${event.member.name} (${event.member.fingerprint}) joined")
        is Event.MemberLeft -> println("* ${room.name(event.id)} left")
        is Event.Message -> println("${event.message.name}: ${event.message.text}")
        is Event.Typing -> if (event.on) println("* ${room.name(event.from)} is typing")
        is Event.Notice -> println("! ${event.message}")
        is Event.Left -> println("* the room is over")
        else -> Unit
    }
}

private fun Room.name(id: MemberId) = state.value.members.find { it.id == id }?.name ?: "somebody"

fun main(arguments: Array<String>) = runBlocking {
    val local = "--local" in arguments
    val link = arguments.firstOrNull { !it.startsWith("--") }
    try {
        Dayfly.start().use { dayfly ->
            val invite = if (link == null) Invite.newWebRoom() else Invite.parse(link)
            // Whoever opens a room on this machine alone brings the place to meet, too.
            val tracker = if (local && link == null) "127.0.0.1:0" else null
            val options = RoomOptions(name = "Kotlin", local = local, embeddedTracker = tracker)
            invite.use { dayfly.enter(it, options) }.use { room ->
                println("Others join with ${room.invite.info().link}")
                val shown = launch { show(room) }
                withContext(Dispatchers.IO) {
                    generateSequence(::readlnOrNull).takeWhile { it.isNotBlank() }.forEach { room.say(it) }
                }
                room.leave()
                shown.join()
            }
        }
    } catch (refused: DayflyException.Refused) {
        println(listOfNotNull(refused.sentence, refused.hint).joinToString(" "))
    }
}
