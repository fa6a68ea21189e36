// The smallest thing to do with Dayfly: open a room, say how to join it, print what is said, answer.
//
//   scripts/jvm answer            opens a native room, which other Dayflies join by the printed link
//   scripts/jvm answer --local    contacts nothing beyond this machine
//
// What stands between the two marks is the sample in README.md; a test holds one to the other.
package app.dayfly.example

import app.dayfly.Dayfly
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.proto.Event
import kotlinx.coroutines.flow.filterIsInstance
import kotlinx.coroutines.flow.filterNot
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.runBlocking

// README begins
suspend fun answer(options: RoomOptions) = Dayfly.start().use { dayfly ->
    dayfly.open(options = options).use { room ->
        println(room.invite.info().link)
        val said = room.events.filterIsInstance<Event.Message>().map { it.message }
        said.filterNot { it.mine }.collect { message ->
            println("${message.name}: ${message.text}")
            room.say("You said: ${message.text}")
        }
    }
}
// README ends

fun main(arguments: Array<String>) = runBlocking {
    val local = "--local" in arguments
    // Within this machine somebody must bring the place to meet.
    answer(RoomOptions(name = "Kotlin", local = local, embeddedTracker = if (local) "127.0.0.1:0" else null))
}
