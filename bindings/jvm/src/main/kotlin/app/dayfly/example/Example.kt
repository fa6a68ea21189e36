// A small chat on the JVM: what an app does with Dayfly, in one page.
//
//   scripts/jvm example            opens a room that browsers can join too, and prints its link
//   scripts/jvm example LINK       joins one
//   scripts/jvm example --local    contacts nothing beyond this machine
//
// A line typed is said to everybody; an empty line, or the end of the input, leaves.
package app.dayfly.example

import app.dayfly.core.Dayfly
import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.Listener
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.proto.Event
import kotlinx.coroutines.runBlocking

/** Called on a thread of its own, in order. It may take its time: the room does not wait for it. */
class Screen : Listener {
    private val names = mutableMapOf<String, String>()

    override fun onEvent(event: Event) {
        when (event) {
            is Event.Reset -> event.snapshot.members.forEach { names[it.id] = it.name }
            is Event.MemberJoined -> {
                names[event.member.id] = event.member.name
                println("* ${event.member.name} (${event.member.fingerprint}) joined")
            }
            is Event.MemberLeft -> println("* ${names.remove(event.id)} left")
            is Event.Message -> println("${event.message.name}: ${event.message.text}")
            is Event.Typing -> if (event.on) println("* ${names[event.from]} is typing")
            is Event.Notice -> println("! ${event.message}")
            is Event.Left -> println("* the room is over")
            else -> Unit
        }
    }
}

fun main(arguments: Array<String>) = runBlocking {
    val local = "--local" in arguments
    val link = arguments.firstOrNull { !it.startsWith("--") }
    try {
        Dayfly.start().use { dayfly ->
            val invite = if (link == null) Invite.newWebRoom() else Invite.parse(link)
            // Whoever opens a room on this machine alone brings the place to meet, too.
            val tracker = if (local && link == null) "127.0.0.1:0" else null
            val options = RoomOptions(name = "Kotlin", local = local, embeddedTracker = tracker)
            val room = invite.use { dayfly.enter(it, options) }
            room.use {
                room.invite().use { println("Others join with ${it.info().link}") }
                room.subscribe(Screen()).use {
                    generateSequence(::readLine).takeWhile { it.isNotBlank() }.forEach { room.say(it) }
                    room.leave()
                }
            }
        }
    } catch (refused: DayflyException.Refused) {
        println(listOfNotNull(refused.sentence, refused.hint).joinToString(" "))
    }
}
