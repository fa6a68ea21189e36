package app.dayfly

import app.dayfly.core.Dayfly
import app.dayfly.core.DayflyException
import app.dayfly.core.KeptIdentity
import app.dayfly.core.KeyStore
import app.dayfly.core.KeyStoreException
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.liveObjects
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.HistoryPolicy
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows

/** Two members on the JVM in a native room: all that its owner and its guests can do. */
class NativeTest {
    @Test
    fun `what was said is answered, changed and taken back`(): Unit = runBlocking {
        twoMembers { ada, bob ->
            val id = ada.room.say("helo")
            bob.ear.await<Event.Message> { it.message.id == id }
            bob.room.command(Command.React(id, "👍", true))
            ada.ear.await<Event.MessageChanged> { it.id == id && it.reactions?.isNotEmpty() == true }
            ada.room.command(Command.Edit(id, "hello"))
            bob.ear.await<Event.MessageChanged> { it.id == id && it.text == "hello" }
            ada.room.command(Command.Unsend(id))
            bob.ear.await<Event.MessageChanged> { it.id == id && it.unsent == true }
            bob.room.direct("Ada", "for you alone")
            assertTrue(ada.ear.await<Event.Message> { it.message.text == "for you alone" }.message.direct)
        }
    }

    @Test
    fun `who is removed hears it, and panic wipes the rest`(): Unit = runBlocking {
        twoMembers { ada, bob ->
            ada.room.command(Command.Remove("Bob"))
            assertEquals(EndReason.REMOVED, bob.ear.await<Event.Left>().reason)
        }
        val before = liveObjects()
        Dayfly.start().use { dayfly ->
            Member(dayfly.openNative(NativeOptions(history = HistoryPolicy.Off), HOST)).use { member ->
                dayfly.panic()
                assertEquals(EndReason.LEFT, member.ear.await<Event.Left>().reason)
            }
        }
        assertEquals(before, liveObjects())
    }

    @Test
    fun `a room with a password asks for it`(): Unit = runBlocking {
        Dayfly.start().use { dayfly ->
            val options = HOST.copy(password = "swordfish")
            dayfly.openNative(NativeOptions(history = HistoryPolicy.Members), options).use { room ->
                room.invite().use { invite ->
                    val refused = assertThrows<DayflyException.Refused> { runBlocking { dayfly.enter(invite, GUEST) } }
                    assertEquals(ErrorKind.NEEDS_PASSWORD, refused.kind)
                    dayfly.enter(invite, GUEST.copy(password = "swordfish")).use { it.leave() }
                }
                room.leave()
            }
        }
    }

    @Test
    fun `a proxy or relay that cannot be is refused with a sentence`(): Unit = runBlocking {
        Dayfly.start().use { dayfly ->
            val wrong = listOf(HOST.copy(proxy = "ftp://127.0.0.1:21"), HOST.copy(nostr = listOf("https://127.0.0.1")))
            for (options in wrong) {
                val refused = assertThrows<DayflyException.Refused> {
                    runBlocking { dayfly.openNative(NativeOptions(history = HistoryPolicy.Off), options) }
                }
                assertEquals(ErrorKind.BAD_OPTION, refused.kind)
            }
        }
    }

    /** Stands in for the device's store: seals by its key, until the key is lost. */
    private class Device(var key: Byte? = 0x5a) : KeyStore {
        private fun masked(bytes: ByteArray): ByteArray {
            val key = key ?: throw KeyStoreException.Invalidated()
            return ByteArray(bytes.size) { (bytes[it].toInt() xor key.toInt()).toByte() }
        }

        override fun wrap(secret: ByteArray) = masked(secret)

        override fun unwrap(blob: ByteArray) = masked(blob)
    }

    @Test
    fun `an identity is sealed by the device and carried under a passphrase`(): Unit = runBlocking {
        val before = liveObjects()
        val device = Device()
        KeptIdentity.create().use { identity ->
            val blob = identity.seal(device)
            KeptIdentity.unseal(blob, device).use { assertEquals(identity.did(), it.did()) }
            assertArrayEquals(blob, identity.seal(device))
            val export = identity.export("four long plain words")
            KeptIdentity.readExport(export, "four long plain words").use { assertEquals(identity.did(), it.did()) }
            assertThrows<DayflyException.Refused> { runBlocking { KeptIdentity.readExport(export, "other") } }
            device.key = null
            val lost = assertThrows<DayflyException.Refused> { KeptIdentity.unseal(blob, device) }
            assertEquals(ErrorKind.KEY_STORE, lost.kind)
            assertFalse(identity.did().isEmpty())
        }
        assertEquals(before, liveObjects())
    }
}
