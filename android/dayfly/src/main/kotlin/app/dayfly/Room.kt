package app.dayfly

import app.dayfly.core.Invite
import app.dayfly.core.Subscription
import app.dayfly.core.engine.ManualCode
import app.dayfly.core.engine.Stats
import app.dayfly.core.proto.CodeLanguage
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MessageId
import app.dayfly.core.proto.SayOptions
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.StateFlow
import java.util.concurrent.ConcurrentHashMap
import app.dayfly.core.Room as CoreRoom
import app.dayfly.core.Verification as CoreVerification

/**
 * A room this device is in.
 *
 * Owns what it hears, as [state] and [events]. It decides nothing: what may be done and what comes of
 * it is the core's, and what comes of it is told by those two.
 *
 * Members are named by id, or by a name that only one member has. Close it when done; one that is
 * forgotten is left when the collector finds it, so hold it for as long as its flows are collected.
 */
public class Room private constructor(
    private val core: CoreRoom,
    private val feed: Feed,
    private val subscription: Subscription,
    /** The room as it stands, from the first look on. It ends with a state that says why it is over. */
    public val state: StateFlow<RoomState>,
) : AutoCloseable {
    private val link = lazy { core.invite() }

    /** Held here, because one that the collector freed would be given up at any time. */
    private val comparisons = ConcurrentHashMap.newKeySet<Verification>()

    /** What others join by, with what a guest needs. Closed with the room. */
    public val invite: Invite by link

    /**
     * What happens, each event once, for sounds, notices and announcements; what to draw is [state].
     * Completes with the room. A collector that is 256 events behind misses the oldest.
     */
    public val events: Flow<Event> = feed.events

    /** Says something to everybody; its id. */
    public suspend fun say(text: String, options: SayOptions = SayOptions()): MessageId = core.say(text, options)

    /** Says something to one member; its id. */
    public suspend fun direct(to: String, text: String, options: SayOptions = SayOptions()): MessageId =
        core.direct(to, text, options)

    /** Does what a person asks for beyond talking. */
    public suspend fun command(command: Command): Unit = core.command(command)

    /**
     * Looks at a message that can be looked at once: its text, which nothing holds any more after
     * this. Nothing if it is gone.
     */
    public suspend fun view(id: MessageId): String? = feed.text(id) { core.command(Command.View(id)) }

    /** Tells the others, or one member, that this person types or ceased to. */
    public suspend fun typing(on: Boolean, to: String? = null): Unit = core.typing(on, to)

    /** Takes another name. */
    public suspend fun rename(name: String): Unit = core.rename(name)

    /** The id of the member that [to] names. */
    public suspend fun member(to: String): MemberId = core.member(to)

    /** Compares codes with a member: begins it, agrees to what the member has begun, or goes along. */
    public suspend fun verify(member: String): Verification = held(obtained { core.verify(member) })

    /** Compares one code among everybody here: begins it, agrees to what another has begun, or goes along. */
    public suspend fun groupCheck(): Verification = held(obtained { core.groupCheck() })

    /** The comparisons that are going on, to be looked at; none is agreed to by this. */
    public suspend fun verifications(): List<Verification> = core.verifications().map(::held)

    /** What another member scans from this screen to be sure of whom it talks to, standing beside. */
    public suspend fun inPersonCode(): String = core.inPersonCode()

    /** Takes what was scanned from another member's screen; whose it was. */
    public suspend fun inPersonScanned(code: String): MemberId = core.inPersonScanned(code)

    /** Makes a short code that leads into this room: for one person and ten minutes. */
    public suspend fun shareCode(language: CodeLanguage): CodeHost = CodeHost(obtained { core.shareCode(language) })

    /** Makes a code that one person can come in by, without any server. Good for ten minutes. */
    public suspend fun manualOffer(): ManualCode = core.manualOffer()

    /** Takes what was shown in return for such a code. That the person came in is told by events. */
    public suspend fun manualAnswer(text: String): Unit = core.manualAnswer(text)

    /** Counters. */
    public suspend fun stats(): Stats = core.stats()

    /** Leaves politely: wipes at once, says goodbye, closes the connections. Done within a second. */
    public suspend fun leave() {
        core.leave()
        feed.over()
    }

    /** Waits until the room is over, for whatever reason, and everything of it is gone. */
    public suspend fun over() {
        core.over()
        feed.over()
    }

    /** The device changed its network: connections are looked after at once. */
    public fun networkChanged(): Unit = unlessClosed { core.networkChanged() }

    /** The app goes to the background: a native room closes its connections and is woken when there is something. */
    public fun suspended(): Unit = unlessClosed { core.suspended() }

    /** The app is in front again. */
    public fun resumed(): Unit = unlessClosed { core.resumed() }

    /** Leaves, if that did not happen yet, without waiting for the goodbye; [state] and [events] end. */
    override fun close() {
        comparisons.forEach { it.close() }
        subscription.close()
        if (link.isInitialized()) invite.close()
        core.close()
        feed.close()
    }

    private fun held(verification: CoreVerification): Verification =
        Verification(verification, comparisons::remove).also(comparisons::add)

    /** The system tells of its networks and screens whenever it likes, also just after the end. */
    private fun unlessClosed(tell: () -> Unit) {
        if (!core.uniffiIsDestroyed) {
            try {
                tell()
            } catch (_: IllegalStateException) {
                // Closed in between.
            }
        }
    }

    internal companion object {
        /** Listens to a room of the core from its beginning. */
        suspend fun of(enter: suspend () -> CoreRoom): Room {
            val core = obtained(enter)
            val feed = Feed()
            var subscription: Subscription? = null
            try {
                subscription = core.subscribe(feed)
                val state = feed.states() ?: overBeforeItBegan(core)
                return Room(core, feed, subscription, state)
            } catch (failed: Throwable) {
                subscription?.close()
                core.close()
                feed.close()
                throw failed
            }
        }

        private suspend fun overBeforeItBegan(core: CoreRoom): Nothing {
            core.snapshot() // The core says so in its own words.
            error("This room is over.")
        }
    }
}
