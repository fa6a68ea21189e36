package app.dayfly

import app.dayfly.core.Dayfly
import app.dayfly.core.Invite
import app.dayfly.core.Room
import app.dayfly.core.liveObjects
import app.dayfly.core.proto.Event
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import java.lang.ref.WeakReference

/** What is closed is freed, what is forgotten too; and a freed room is left. */
class FreeingTest {
    @Test
    fun `a listener is freed once it is unsubscribed`(): Unit = runBlocking {
        inARoom { _, room, _ ->
            val reference = listenForAMoment(room)
            collectedEventually("the listener is collected") { reference.get() == null }
        }
    }

    private fun listenForAMoment(room: Room): WeakReference<Ear> {
        val ear = Ear()
        room.subscribe(ear).use { ear.await<Event.Reset>() }
        return WeakReference(ear)
    }

    @Test
    fun `objects that are forgotten are freed by the collector`() {
        val before = liveObjects()
        forget()
        collectedEventually("the objects are freed") { liveObjects() == before }
    }

    private fun forget() = runBlocking {
        val dayfly = Dayfly.start()
        val room = dayfly.enter(Invite.newWebRoom(), HOST)
        room.subscribe(Ear().also { room.invite() })
        Unit
    }

    @Test
    fun `a room that is freed without a goodbye is left all the same`(): Unit = runBlocking {
        val before = liveObjects()
        Terminal("open", "--web").use { terminal ->
            val link = terminal.await("ready")["link"].asText()
            Dayfly.start().use { dayfly ->
                val room: Room = Invite.parse(link).use { dayfly.enter(it, GUEST) }
                terminal.await("member_joined")
                room.close()
                assertEquals("left", terminal.await("member_left")["reason"].asText())
            }
        }
        assertEquals(before, liveObjects())
    }

    @Test
    fun `fifty rooms leave nothing behind`(): Unit = runBlocking {
        val before = liveObjects()
        Dayfly.start().use { dayfly ->
            repeat(50) {
                Invite.newWebRoom().use { invite -> dayfly.enter(invite, HOST).use { it.leave() } }
            }
        }
        assertEquals(before, liveObjects())
    }

    private fun collectedEventually(what: String, holds: () -> Boolean) = eventually(what) {
        System.gc()
        holds()
    }
}
