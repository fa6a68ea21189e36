package app.dayfly.android.room

import androidx.compose.foundation.text.input.TextFieldState
import androidx.compose.foundation.text.input.clearText
import androidx.compose.foundation.text.input.setTextAndPlaceCursorAtEnd
import androidx.compose.runtime.snapshotFlow
import androidx.lifecycle.ViewModel
import androidx.lifecycle.viewModelScope
import app.dayfly.core.DayflyException
import app.dayfly.core.proto.Block
import app.dayfly.core.proto.Command
import app.dayfly.core.proto.Event
import app.dayfly.core.proto.MemberId
import app.dayfly.core.proto.MemberState
import app.dayfly.core.proto.Message
import app.dayfly.core.proto.MessageId
import app.dayfly.core.proto.NoticeCode
import app.dayfly.core.proto.SayOptions
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.SharingStarted
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.collectLatest
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.drop
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.receiveAsFlow
import kotlinx.coroutines.flow.stateIn
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import java.time.ZoneId

/** What a room's screen takes from the rest of the app. */
class RoomHooks(
    /** Reads Markdown: the core's `readMarkup`. */
    val markup: (text: String, names: List<String>) -> List<Block>,
    /** Puts words on the clipboard, marked as sensitive. */
    val copy: (String) -> Unit,
    /** The person wants others to see that it types. */
    val typing: () -> Boolean,
    /** The person wants others to know what it has read. */
    val receipts: () -> Boolean,
    /** Leaves the room, or takes one that is over off the screen. */
    val leave: () -> Unit,
    /** Wipes everything at once. */
    val wipe: () -> Unit,
    val clock: () -> Long = System::currentTimeMillis,
    val zone: () -> ZoneId = ZoneId::systemDefault,
    /** Where rows are made, so that the main thread only draws. */
    val work: CoroutineDispatcher = Dispatchers.Default,
)

/**
 * One room on the screen: turns its states and events into [RoomUi] and what a person does into
 * commands. Holds drafts, what was seen and what is looked at, all in memory; nothing of it is saved,
 * so a process that dies takes it along. It refuses to end a room by itself.
 */
class RoomViewModel(private val talk: Talk, private val hooks: RoomHooks) :
    ViewModel(),
    RoomActions {
    private val markup = MarkupCache(hooks.markup)
    private val happenings = Happenings()
    private val local = MutableStateFlow(Local(hooks.clock()))
    private val title = MutableStateFlow("")
    private val drafts = HashMap<MemberId?, TextFieldState>()
    private val said = Channel<Toast>(Channel.BUFFERED)
    private val readTold = HashMap<MemberId?, MessageId>()

    /** What is drawn. */
    val ui: StateFlow<RoomUi> = combine(talk.state, local, title) { state, local, title ->
        roomUi(state, local, mapWith(title))
    }.flowOn(hooks.work).stateIn(viewModelScope, SharingStarted.Eagerly, RoomUi())

    /** What is said once. */
    val toasts: Flow<Toast> = said.receiveAsFlow()

    init {
        happenings.begin(talk.state.value)
        viewModelScope.launch { talk.events.collect(::heard) }
        viewModelScope.launch { quietly { title.value = withContext(hooks.work) { talk.title() } } }
        viewModelScope.launch { noReceipts() }
        viewModelScope.launch { receipts() }
        viewModelScope.launch {
            talk.state.collect { state -> if (state.ended != null) ended(endedByMe(state)) }
        }
    }

    private fun heard(event: Event) {
        if (event is Event.Limited) said.trySend(Toast.Wait(event.seconds.toInt()))
        val lines = if (isBanner(event)) emptyList() else happenings.of(event)
        val at = hooks.clock()
        local.update { before ->
            val after = before.happened(at, null, lines)
            when (event) {
                is Event.Notice -> after.copy(notices = after.notices + event.code)
                // Whoever is met has the same secret, so what stood in the way does no more.
                is Event.MemberJoined, is Event.MemberChanged -> after.copy(notices = after.notices - IN_THE_WAY)
                else -> after
            }
        }
    }

    /** What stands above the conversation need not be said in it as well. */
    private fun isBanner(event: Event) = event is Event.Notice &&
        (event.code in IN_THE_WAY || event.code == NoticeCode.NO_RENDEZVOUS) &&
        talk.state.value.members.none { it.state != MemberState.CONNECTING }

    private fun ended(byMe: Boolean) {
        drafts.values.forEach { it.clearText() }
        markup.clear()
        local.update { Local(it.enteredAt) }
        if (byMe) hooks.leave()
    }

    override fun onCleared() {
        drafts.values.forEach { it.clearText() }
        markup.clear()
    }

    private fun mapWith(title: String) = MapWith(title, markup::invoke, hooks.clock(), hooks.zone())

    private fun messages(thread: MemberId?): List<Message> = talk.state.value.messages.of(thread)

    // Writing

    override fun draft(thread: MemberId?): TextFieldState = drafts.getOrPut(thread) {
        TextFieldState().also { field -> viewModelScope.launch { typing(thread, field) } }
    }

    /** Says that this person types, at most once in [TYPING_ENDS], and that it ceased to. */
    private suspend fun typing(thread: MemberId?, field: TextFieldState) {
        var told = false
        snapshotFlow { field.text.toString() }.distinctUntilChanged().drop(1).collectLatest { text ->
            if (text.isNotBlank() && hooks.typing()) {
                if (!told) {
                    told = true
                    quietly { talk.typing(true, thread) }
                }
                delay(TYPING_ENDS)
            }
            if (told) {
                told = false
                quietly { talk.typing(false, thread) }
            }
        }
    }

    override fun send(thread: MemberId?) {
        val field = draft(thread)
        val text = field.text.toString().trim()
        if (text.isEmpty() || text.length > MAX_MESSAGE) return
        val writing = local.value.writing(thread)
        field.clearText()
        local.update { it.write(thread) { Writing() }.copy(unreadFrom = it.unreadFrom - thread) }
        viewModelScope.launch { deliver(thread, text, writing) }
    }

    private suspend fun deliver(thread: MemberId?, text: String, writing: Writing) {
        val refused = refusal {
            if (writing.edit != null) {
                talk.command(Command.Edit(writing.edit, text))
            } else {
                talk.say(thread, text, SayOptions(replyTo = writing.reply, viewOnce = writing.once))
            }
        } ?: return
        // Words that could not be said go back to where they were written, unless others stand there.
        val field = draft(thread)
        if (field.text.isEmpty()) {
            field.setTextAndPlaceCursorAtEnd(text)
            local.update { it.write(thread) { writing } }
            complain(refused) { send(thread) }
        } else {
            complain(refused) { viewModelScope.launch { deliver(thread, text, writing) } }
        }
    }

    override fun reply(thread: MemberId?, id: MessageId) =
        local.update { it.write(thread) { copy(reply = id, edit = null) } }

    override fun edit(thread: MemberId?, id: MessageId) {
        val message = messages(thread).find { it.id == id && it.mine && !it.unsent } ?: return
        draft(thread).setTextAndPlaceCursorAtEnd(message.text)
        local.update { it.write(thread) { Writing(edit = id) } }
    }

    override fun cancelMode(thread: MemberId?) {
        if (local.value.writing(thread).edit != null) draft(thread).clearText()
        local.update { it.write(thread) { copy(reply = null, edit = null) } }
    }

    override fun toggleOnce(thread: MemberId?) = local.update { it.write(thread) { copy(once = !once) } }

    // Messages

    override fun react(id: MessageId, emoji: String, on: Boolean) = ask(Command.React(id, emoji, on))

    override fun unsend(id: MessageId) = ask(Command.Unsend(id))

    override fun copy(text: String) {
        hooks.copy(text)
        said.trySend(Toast.Copied)
    }

    override fun view(id: MessageId) {
        val state = talk.state.value
        val message = state.messages.find { it.id == id } ?: return
        viewModelScope.launch {
            val refused = refusal {
                val text = talk.view(id) ?: return@refusal
                val names = (state.members + state.me).map { it.name }
                // Read past the cache: these words are to be forgotten.
                val blocks = withContext(hooks.work) { hooks.markup(text, names) }
                local.update { it.copy(looked = it.looked + id, look = LookUi(message.name, blocks)) }
            }
            refused?.let { complain(it) { view(id) } }
        }
    }

    override fun lookAway() = local.update { it.copy(look = null) }

    override fun details(id: MessageId): DetailsUi? = detailsUi(talk.state.value, local.value, id, mapWith(""))

    private fun ask(command: Command) {
        viewModelScope.launch { refusal { talk.command(command) }?.let { complain(it) { ask(command) } } }
    }

    // What is on the screen

    override fun showing(thread: MemberId?, on: Boolean) =
        local.update { if (on) it.shown(thread, messages(thread)) else it.hidden(thread) }

    override fun seen(thread: MemberId?) {
        local.update { if (thread in it.showing) it.saw(thread, messages(thread)) else it }
    }

    override fun openThread(with: MemberId) = local.update { it.copy(direct = with, listed = true) }

    override fun closeThread() = local.update { it.copy(direct = null) }

    override fun listThreads(on: Boolean) = local.update { it.copy(listed = on, direct = null) }

    /** Switches receipts off once, for who never wants them; in the room's options they can be had again. */
    private suspend fun noReceipts() {
        if (hooks.receipts()) return
        talk.state.first { it.room.receipts }
        quietly { talk.command(Command.Receipts(false)) }
    }

    /** Tells the others what was seen, where the room's receipts are on. */
    private suspend fun receipts() {
        local.map { it.seenAt }.distinctUntilChanged().collect { seen ->
            if (!talk.state.value.room.receipts) return@collect
            for ((thread, at) in seen) {
                val newest = messages(thread).lastOrNull { !it.mine && it.arrived <= at }?.id ?: continue
                if (readTold.put(thread, newest) == newest) continue
                // Nobody is harmed by a receipt that was not sent.
                quietly { talk.command(Command.Read(newest)) }
            }
        }
    }

    // Leaving

    override fun leave() {
        val asked = leaving(talk.state.value)
        if (asked == null) hooks.leave() else local.update { it.copy(leaving = asked) }
    }

    override fun leaveAnyway() {
        local.update { it.copy(leaving = null) }
        hooks.leave()
    }

    override fun closeForAll() {
        local.update { it.copy(leaving = null) }
        ask(Command.Close)
    }

    override fun stay() = local.update { it.copy(leaving = null) }

    override fun wipe() = hooks.wipe()

    override fun home() = hooks.leave()

    private fun complain(refused: DayflyException.Refused, again: () -> Unit) {
        said.trySend(Toast.Sentence(listOfNotNull(refused.sentence, refused.hint).joinToString(" "), again))
    }

    /** What the core says against it, or `null` if it was done. */
    private inline fun refusal(work: () -> Unit): DayflyException.Refused? = try {
        work()
        null
    } catch (refused: DayflyException.Refused) {
        refused
    } catch (closed: IllegalStateException) {
        // The room was closed in between, and its screen goes. A cancelled wait is of this kind too.
        if (closed is CancellationException) throw closed
        null
    }

    private inline fun quietly(work: () -> Unit) {
        refusal(work)
    }

    private companion object {
        const val TYPING_ENDS = 4_000L
    }
}
