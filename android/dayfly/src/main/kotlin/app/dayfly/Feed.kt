package app.dayfly

import app.dayfly.core.Listener
import app.dayfly.core.proto.EndReason
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.MessageId
import com.sun.jna.Native
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancel
import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onSubscription
import kotlinx.coroutines.flow.transformWhile
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import java.util.concurrent.ConcurrentHashMap

/**
 * Hears one room and turns what it hears into flows.
 *
 * Owns the room's state and its events; called by the core on a thread of its own. Nothing in here
 * waits: a collector that is slow sees the newest state, and of the events the newest ones. It
 * refuses to hold the room, so that a room that is forgotten is freed, and this with it.
 */
internal class Feed : Listener {
    private val began = CompletableDeferred<StateFlow<RoomState>?>()
    private val heard = MutableSharedFlow<Event>(0, EVENTS, BufferOverflow.DROP_OLDEST)
    private val looks = ConcurrentHashMap<MessageId, CompletableDeferred<String?>>()
    private val clock = CoroutineScope(Dispatchers.Default)
    private var attached = false

    @Volatile
    private var current: MutableStateFlow<RoomState>? = null

    /** Each event once, until the room is over. */
    val events: Flow<Event> =
        heard
            .onSubscription { current?.value?.ended?.let { emit(Event.Left(it)) } }
            .transformWhile {
                emit(it)
                it !is Event.Left
            }

    override fun onEvent(event: Event) {
        if (!attached) {
            // Attached to the JVM once instead of for every event; it is let go when the thread ends.
            Native.detach(false)
            attached = true
        }
        take(event)
    }

    /** Waits for the first reset, and gives the states from there on; nothing if the room was over before. */
    suspend fun states(): StateFlow<RoomState>? = began.await()

    /** Waits until the last event was heard. */
    suspend fun over() {
        began.await()?.first { it.ended != null }
    }

    /** Ends the flows, if the room's own end did not do so before. */
    fun close() = take(Event.Left(EndReason.LEFT))

    /** The text of a message that is looked at by [look], if it comes. */
    suspend fun text(id: MessageId, look: suspend () -> Unit): String? {
        val text = CompletableDeferred<String?>()
        looks[id] = text
        try {
            look()
            return text.await()
        } finally {
            looks.remove(id, text)
        }
    }

    private fun take(event: Event) {
        val states = current
        if (states == null && event is Event.Reset) {
            // Where the states begin. Nobody can have heard anything before.
            begin(MutableStateFlow(Fold.start(event.snapshot)))
            return
        }
        states?.update { Fold.step(it, event) }
        heard.tryEmit(event)
        when (event) {
            // Whatever was looked at meanwhile is gone.
            is Event.Reset -> looks.values.forEach { it.complete(null) }
            is Event.MessageChanged -> if (event.unsent == true) looks[event.id]?.complete(event.text)
            is Event.Left -> {
                began.complete(null)
                looks.values.forEach { it.complete(null) }
                clock.cancel()
            }
            else -> Unit
        }
    }

    private fun begin(states: MutableStateFlow<RoomState>) {
        current = states
        began.complete(states.asStateFlow())
        clock.launch { vanish(states) }
    }

    /**
     * Messages vanish by an event of the core. One that the core has forgotten already, because its
     * room for messages is full, vanishes by this clock, which is a little late so as to be second.
     */
    private suspend fun vanish(states: MutableStateFlow<RoomState>) {
        val next = states.map { it.messages }.distinctUntilChanged { old, new -> old === new }.map(Fold::nextExpiry)
        next.distinctUntilChanged().collectLatest { at ->
            if (at == null) return@collectLatest
            delay(at.toLong() + LATE - System.currentTimeMillis())
            states.update { Fold.expire(it, (System.currentTimeMillis() - LATE).toULong()) }
        }
    }

    private companion object {
        /** Events that a collector may be behind; the oldest are dropped, and the state has them all. */
        const val EVENTS = 256

        /** Milliseconds. */
        const val LATE = 2_000L
    }
}
