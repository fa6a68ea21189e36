// What is run against the library after R8: an app's first minutes, by the library alone, without a test
// framework, so that R8 sees this program as it sees an app. It ends with 0 when all of it went well.
//
//   java -Djna.library.path=FOLDER -cp SHRUNK.jar app.dayfly.library.ShrunkKt
package app.dayfly.library

import app.dayfly.Dayfly
import app.dayfly.FrameScanner
import app.dayfly.Room
import app.dayfly.RoomState
import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.KeptIdentity
import app.dayfly.core.KeyStore
import app.dayfly.core.KeyStoreException
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.liveObjects
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.proto.Trust
import app.dayfly.core.proto.VerificationState
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import java.nio.ByteBuffer

private suspend fun Room.reaches(holds: (RoomState) -> Boolean) = withTimeout(30_000) { state.first(holds) }

private suspend fun twoTalk(ada: Room, bob: Room) {
    ada.reaches { state -> state.members.any { it.name == "Bob" } }
    bob.reaches { state -> state.members.any { it.name == "Ada" } }
    val id = ada.say("helo")
    bob.reaches { state -> state.messages.any { it.id == id && it.text == "helo" } }
    bob.command(Command.React(id, "👍", true))
    ada.reaches { state -> state.messages.single().reactions.singleOrNull()?.emoji == "👍" }
    ada.command(Command.Edit(id, "hello"))
    bob.reaches { it.messages.single().text == "hello" }
    val asks = ada.verify("Bob")
    bob.reaches { it.verifications.isNotEmpty() }
    val both = listOf(asks, bob.verify("Ada"))
    both.forEach { one -> one.steps.first { it.state == VerificationState.COMPARE && it.emoji?.size == 7 } }
    both.forEach { it.confirm() }
    ada.reaches { it.members.single().trust == Trust.VERIFIED }
    val waiting = coroutineScope { launch { bob.over() }.also { it.cancelAndJoin() } }
    check(waiting.isCancelled)
    ada.command(Command.Remove("Bob"))
    check(bob.reaches { it.ended != null }.ended == EndReason.REMOVED)
    ada.leave()
}

/** Callbacks that answer and throw. */
private fun keepsAnIdentity() {
    val device = object : KeyStore {
        var lost = false

        override fun wrap(secret: ByteArray): ByteArray = secret.reversedArray()

        override fun unwrap(blob: ByteArray): ByteArray =
            if (lost) throw KeyStoreException.Invalidated() else blob.reversedArray()
    }
    KeptIdentity.create().use { identity ->
        val blob = identity.seal(device)
        KeptIdentity.unseal(blob, device).use { check(it.did() == identity.did()) }
        device.lost = true
        try {
            KeptIdentity.unseal(blob, device)
            error("the key was lost")
        } catch (refused: DayflyException.Refused) {
            check(refused.kind == ErrorKind.KEY_STORE && refused.sentence.isNotBlank())
        }
    }
}

fun main() {
    runBlocking {
        val options = RoomOptions(name = "Ada", local = true, embeddedTracker = "127.0.0.1:0")
        Dayfly.start().use { one ->
            Dayfly.start().use { two ->
                one.open(NativeOptions(history = HistoryPolicy.Members), options).use { ada ->
                    Invite.parse(ada.invite.info().link).use { invite ->
                        two.enter(invite, RoomOptions(name = "Bob", local = true)).use { bob -> twoTalk(ada, bob) }
                    }
                }
            }
        }
    }
    keepsAnIdentity()
    FrameScanner(64 * 64).use { scanner ->
        check(scanner.take(ByteBuffer.allocate(64 * 64), 64, 64, 64)!!.use { it.read() } == null)
    }
    check(liveObjects() == 0uL) { "objects were left behind" }
    println("all of it went well")
}
