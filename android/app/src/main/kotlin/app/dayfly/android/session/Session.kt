package app.dayfly.android.session

import app.dayfly.CodeGuest
import app.dayfly.Dayfly
import app.dayfly.Room
import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.KeptIdentity
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.engine.NativeOptions
import app.dayfly.core.engine.RoomOptions
import app.dayfly.core.proto.CodeGuestEvent
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.InviteAccess
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.NoticeCode
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.Job
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flatMapLatest
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext

/**
 * The one room of this app, and the way into it. It owns the core, started when it is first needed, and
 * lives as long as the process. It refuses a second room: whoever enters one leaves the other first. It
 * keeps nothing: passwords are handed on and forgotten, an invite is held only until it led into a room.
 *
 * Call it from the main thread; nothing here blocks it.
 *
 * [scope] outlives screens. [start] starts the core. [options] and [kept] give what the settings say, anew
 * for each room.
 */
internal class Session(
    private val scope: CoroutineScope,
    private val start: () -> Dayfly,
    private val options: suspend () -> RoomOptions,
    private val kept: suspend () -> KeptIdentity?,
) {
    private val currentRoom = MutableStateFlow<Room?>(null)
    private val currentComing = MutableStateFlow<Coming?>(null)

    /** The room; it stays here after its end, until it is left, so that its end can be read. */
    val room: StateFlow<Room?> = currentRoom.asStateFlow()

    /** The way into a room, while somebody is on it. */
    val coming: StateFlow<Coming?> = currentComing.asStateFlow()

    /** Whether there is a room that has not ended. */
    @OptIn(ExperimentalCoroutinesApi::class)
    val running: StateFlow<Boolean> = currentRoom
        .flatMapLatest { room -> room?.state?.map { it.ended == null } ?: flowOf(false) }
        .stateIn(scope, SharingStarted.Eagerly, false)

    private var dayfly: Dayfly? = null
    private var job: Job? = null
    private var again: (() -> Unit)? = null
    private var held: Invite? = null
    private var asked: CompletableDeferred<String>? = null
    private var inBackground = false

    /** Opens a new native room, by the settings with what [adjust] makes of them for this one. */
    fun open(native: NativeOptions, password: String? = null, adjust: (RoomOptions) -> RoomOptions = { it }) {
        letGo()
        begin(Way.OPEN, null, { open(native, password, adjust) }) {
            val dayfly = core()
            tell(Stage.Working(Step.OPENING))
            entered(withKept { dayfly.open(native, adjust(settings(password)), it) })
        }
    }

    /**
     * Enters the room of [invite], which is closed when it led there or was given up. Where it needs a
     * password and none is given, that is asked for.
     */
    fun enter(invite: Invite, password: String? = null) {
        letGo()
        held = invite
        enterHeld(invite, password)
    }

    /** Comes in by a short code. */
    fun joinCode(code: String) {
        letGo()
        begin(Way.CODE, null, { joinCode(code) }) {
            val invite = core().joinCode(code, settings(null)).use { guest -> searched(guest) }
            held = invite
            enterInvite(invite, Destination.of(invite.info()), null, wrong = false)
        }
    }

    /** Comes in by a code that a member shows, and shows one in return. */
    fun joinManual(offer: String) {
        letGo()
        begin(Way.HAND, null, null) {
            val dayfly = core()
            tell(Stage.Working(Step.ANSWERING))
            withKept { dayfly.joinManual(offer, settings(null), it) }.use { guest ->
                tell(Stage.ShowAnswer(guest.answer))
                val room = try {
                    guest.room(null)
                } catch (refused: DayflyException.Refused) {
                    if (refused.kind != ErrorKind.NEEDS_PASSWORD) throw refused
                    val password = ask(wrong = false)
                    tell(Stage.Working(Step.ENTERING))
                    guest.room(password)
                }
                entered(room)
            }
        }
    }

    /** Gives the password that is asked for. */
    fun givePassword(password: String) {
        asked?.complete(password)
    }

    /** Tries once more what failed, or another password where the last is in doubt. */
    fun tryAgain() {
        again?.invoke()
    }

    /** Whether [tryAgain] does anything: a code carried by hand is good for once. */
    val canTryAgain: Boolean
        get() = again != null

    /** Gives up coming in, or takes a failure or a doubt off the screen. A room that runs stays. */
    fun cancel() {
        job?.cancel()
        job = null
        forget()
        letGo()
    }

    /** Leaves the room: it is wiped at once, and the others are told within a second. */
    fun leave() {
        cancel()
        val leaving = currentRoom.value ?: return
        currentRoom.value = null
        scope.launch { end(leaving) }
    }

    /** Wipes every room at once, without a goodbye. Nothing of it is on the screen when this returns. */
    fun panic() {
        cancel()
        val wiping = currentRoom.value
        currentRoom.value = null
        scope.launch {
            withContext(NonCancellable) {
                dayfly?.panic()
                wiping?.close()
            }
        }
    }

    /** The device is on another network. */
    fun networkChanged() {
        currentRoom.value?.networkChanged()
    }

    /** The app has been behind others for a while: native rooms take up next to nothing until [resumed]. */
    fun suspended() {
        inBackground = true
        currentRoom.value?.suspended()
    }

    /** The app is in front again. */
    fun resumed() {
        inBackground = false
        currentRoom.value?.resumed()
    }

    /** The core, for what needs no room: the report on this network. */
    suspend fun core(): Dayfly = withContext(Dispatchers.Default) {
        synchronized(this@Session) { dayfly ?: start().also { dayfly = it } }
    }

    private fun begin(way: Way, destination: Destination?, retry: (() -> Unit)?, work: suspend () -> Unit) {
        val before = job
        val leaving = currentRoom.value
        currentRoom.value = null
        forget()
        again = retry
        currentComing.value = Coming(way, destination, Stage.Working(Step.STARTING))
        before?.cancel()
        job = scope.launch {
            leaving?.let { end(it) }
            try {
                work()
            } catch (cancelled: CancellationException) {
                throw cancelled
            } catch (refused: DayflyException.Refused) {
                if (refused.kind == ErrorKind.CANCELLED) cancel() else tell(Stage.Failed(Refusal.of(refused)))
            } catch (@Suppress("TooGenericExceptionCaught") failed: Throwable) {
                // A library that does not load, most of all. Its words may hold anything.
                tell(Stage.Failed(Refusal.UNKNOWN))
            }
        }
    }

    private fun enterHeld(invite: Invite, password: String?) {
        val destination = Destination.of(invite.info())
        begin(Way.INVITE, destination, { enterHeld(invite, password) }) {
            enterInvite(invite, destination, password, wrong = false)
        }
    }

    private suspend fun <T> withKept(use: suspend (KeptIdentity?) -> T): T {
        val identity = kept() ?: return use(null)
        return identity.use { use(it) }
    }

    private suspend fun settings(password: String?): RoomOptions = options().copy(password = password)

    private fun tell(stage: Stage) {
        currentComing.value = currentComing.value?.copy(stage = stage)
    }

    /** Closes the invite that led here, which wipes the secret it holds. */
    private fun letGo() {
        held?.close()
        held = null
    }

    private fun forget() {
        asked?.cancel()
        asked = null
        again = null
        currentComing.value = null
    }

    private suspend fun ask(wrong: Boolean): String {
        val answer = CompletableDeferred<String>()
        asked = answer
        tell(Stage.Password(wrong))
        return answer.await().also { asked = null }
    }

    private suspend fun enterInvite(invite: Invite, destination: Destination, given: String?, wrong: Boolean) {
        currentComing.value = currentComing.value?.copy(destination = destination)
        val password = if (destination.needsPassword) given ?: ask(wrong) else given
        val room = if (destination.access == InviteAccess.NEEDS_PASSWORD && password != null) {
            tell(Stage.Working(Step.ENTERING))
            val dayfly = core()
            withContext(Dispatchers.Default) { invite.unlock(password) }.use { open ->
                withKept { dayfly.enter(open, settings(null), it) }
            }
        } else {
            val dayfly = core()
            tell(Stage.Working(Step.ENTERING))
            withKept { dayfly.enter(invite, settings(password), it) }
        }
        entered(room)
        if (password != null) doubt(room, invite, destination)
        letGo()
    }

    private suspend fun searched(guest: CodeGuest): Invite = coroutineScope {
        tell(Stage.Working(Step.SEARCHING))
        val telling = launch {
            guest.events.first { event ->
                if (event is CodeGuestEvent.Found) tell(Stage.Working(Step.COMPARING))
                event is CodeGuestEvent.Done || event is CodeGuestEvent.Failed
            }
        }
        guest.invite().also { telling.cancel() }
    }

    private fun entered(room: Room) {
        currentRoom.value = room
        currentComing.value = null
        again = null
        if (inBackground) room.suspended()
    }

    /**
     * Holds on to [invite] until somebody is met, which proves the password, and says so when somebody
     * has another one meanwhile. It does not leave by itself: anybody who knows a room's name could
     * throw people out of it so.
     */
    private suspend fun doubt(room: Room, invite: Invite, destination: Destination) {
        val doubted = coroutineScope {
            val result = CompletableDeferred<String?>()
            val met = launch {
                room.state.first { state ->
                    state.ended != null ||
                        state.members.any { it.id != state.me.id && it.state != MemberState.CONNECTING }
                }
                result.complete(null)
            }
            val told = launch {
                val notice = room.events.first { it is Event.Notice && it.code == NoticeCode.WRONG_PASSWORD }
                result.complete((notice as Event.Notice).message)
            }
            result.await().also {
                met.cancel()
                told.cancel()
            }
        } ?: return
        val decided = CompletableDeferred<Unit>()
        again = { decided.complete(Unit) }
        currentComing.value = Coming(Way.INVITE, destination, Stage.PasswordInDoubt(doubted))
        decided.await()
        again = null
        currentRoom.value = null
        end(room)
        enterInvite(invite, destination, null, wrong = true)
    }

    private suspend fun end(room: Room) = withContext(NonCancellable) {
        try {
            room.leave()
        } catch (_: DayflyException) {
            // It had ended already; closing it wipes what is left.
        }
        room.close()
    }
}
