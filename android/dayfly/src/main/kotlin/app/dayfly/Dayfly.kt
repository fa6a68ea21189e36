package app.dayfly

import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.KeptIdentity
import app.dayfly.core.LocalDiscovery
import app.dayfly.core.engine.DoctorOptions
import app.dayfly.core.engine.Finding
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.proto.HistoryPolicy
import app.dayfly.core.Dayfly as CoreDayfly

/**
 * Dayfly: rooms that live as long as the conversation. One of these serves every room of an app.
 *
 * Owns the network thread. It refuses to keep anything: with the last room the last key is gone.
 *
 * Every function that suspends may throw [DayflyException.Refused], which has a kind for programs and
 * sentences for people. Cancelling the coroutine ends the wait in the core, too. May be used from any
 * thread; nothing blocks but [start], for some milliseconds.
 */
public class Dayfly private constructor(private val core: CoreDayfly) : AutoCloseable {
    /**
     * Opens a new native room, of which this device is the owner.
     *
     * @param native what the room is like: history, title, expiry, receipts.
     * @param options this person's name and password, and whom to meet by.
     * @param kept an identity carried from room to room; each member is shown it in private.
     */
    public suspend fun open(
        native: NativeOptions = NativeOptions(history = HistoryPolicy.Off),
        options: RoomOptions = RoomOptions(),
        kept: KeptIdentity? = null,
    ): Room = Room.of { core.openNative(native, options, kept) }

    /**
     * Enters the room of an invite. Returns once the room runs, which is before anybody is met. Who
     * comes first to a web room opens it.
     *
     * @param invite stays the caller's to close.
     */
    public suspend fun enter(invite: Invite, options: RoomOptions = RoomOptions(), kept: KeptIdentity? = null): Room =
        Room.of { core.enter(invite, options, kept) }

    /**
     * Tries a short code as people say it: `4821-tulip-anchor`. A slip of the finger is refused with
     * the word that was meant, before anything is sent.
     */
    public suspend fun joinCode(code: String, options: RoomOptions = RoomOptions()): CodeGuest =
        CodeGuest(obtained { core.joinCode(code, options) })

    /**
     * Takes the code that a room's member shows, its text or what was scanned, and makes the one to
     * show in return.
     */
    public suspend fun joinManual(
        text: String,
        options: RoomOptions = RoomOptions(),
        kept: KeptIdentity? = null,
    ): ManualGuest = ManualGuest(obtained { core.joinManual(text, options, kept) })

    /**
     * Says what this network allows, with what to try where it does not. Takes some seconds, and
     * contacts whom the options name and nobody else.
     */
    public suspend fun doctor(options: DoctorOptions = DoctorOptions()): List<Finding> = core.doctor(options)

    /** Wipes every room at once, without a goodbye; done within a tenth of a second. This can be used again. */
    public suspend fun panic(): Unit = core.panic()

    /** Ends the network thread, once the last room is closed too. Until then it keeps a JVM from ending. */
    override fun close(): Unit = core.close()

    /** Where it begins. */
    public companion object {
        /**
         * Starts Dayfly.
         *
         * @param discovery finds others on the local network, where the app has a way to.
         * @throws NativeLibraryException when the native library is missing or of another version.
         * @throws DayflyException.Refused when the system gives no thread.
         */
        public fun start(discovery: LocalDiscovery? = null): Dayfly {
            NativeLibrary.require()
            return Dayfly(CoreDayfly.startWith(discovery))
        }
    }
}
