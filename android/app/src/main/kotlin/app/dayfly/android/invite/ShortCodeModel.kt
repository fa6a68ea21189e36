package app.dayfly.android.invite

import android.os.SystemClock
import androidx.lifecycle.viewModelScope
import app.dayfly.CodeHost
import app.dayfly.Room
import app.dayfly.android.people.Asking
import app.dayfly.core.proto.CodeEnd
import app.dayfly.core.proto.CodeHostEvent
import app.dayfly.core.proto.CodeLanguage
import kotlinx.coroutines.Job
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.update
import kotlinx.coroutines.launch
import java.util.Locale

/** How long a code is good, as the core has it. */
internal const val CODE_SECONDS = 600

/** A short code as drawn. */
internal sealed interface ShortCodeState {
    /** None is shown; the words would be in this language. */
    data class Idle(val language: CodeLanguage) : ShortCodeState

    /** One is being made. [unreached]: no place to meet answers yet. */
    data class Making(val unreached: Boolean) : ShortCodeState

    /** Read this aloud. */
    data class Shown(
        val code: String,
        val secondsLeft: Int,
        /** Somebody is trying it just now. */
        val trying: Boolean = false,
        /** Wrong tries, and how many end the code. */
        val wrong: Pair<Int, Int>? = null,
        /** Somebody else answers for this number. */
        val interference: Boolean = false,
    ) : ShortCodeState

    /** It is over. */
    data class Ended(val reason: CodeEnd) : ShortCodeState
}

/** What an [event] makes of [state]. */
internal fun afterEvent(state: ShortCodeState, event: CodeHostEvent): ShortCodeState {
    val shown = state as? ShortCodeState.Shown
    return when (event) {
        is CodeHostEvent.Unreached -> if (shown == null) ShortCodeState.Making(unreached = true) else state
        is CodeHostEvent.Shown -> ShortCodeState.Shown(event.code, CODE_SECONDS)
        is CodeHostEvent.Trying -> shown?.copy(trying = true) ?: state
        is CodeHostEvent.WrongGuess ->
            shown?.copy(trying = false, wrong = event.guess.toInt() to event.of.toInt()) ?: state
        is CodeHostEvent.Interference -> shown?.copy(interference = true) ?: state
        is CodeHostEvent.Ended -> ShortCodeState.Ended(event.reason)
    }
}

/** The digits and the words of a code, as it is written between hyphens. */
internal fun partsOf(code: String): List<String> = code.split('-')

/** As a screen reader says it: digit by digit, then the words. */
internal fun spokenCode(code: String): String {
    val parts = partsOf(code)
    return (listOf(parts.first().toList().joinToString(" ")) + parts.drop(1)).joinToString(", ")
}

/** The language of [locale] if there are words in it, else English. */
internal fun codeLanguage(locale: Locale): CodeLanguage = when (locale.language) {
    // Java wrote "in" for Indonesian once, and Android still does in resources.
    "id", "in" -> CodeLanguage.INDONESIAN
    "ar" -> CodeLanguage.ARABIC
    "uk" -> CodeLanguage.UKRAINIAN
    "es" -> CodeLanguage.SPANISH
    "de" -> CodeLanguage.GERMAN
    else -> CodeLanguage.ENGLISH
}

/**
 * A short code of this room. It lives on while one looks elsewhere in the room, since whoever it was read
 * to is still typing; it ends by itself, by [stop], or with the room.
 */
internal class ShortCodeModel(private val room: Room, locale: Locale) : Asking() {
    private val current = MutableStateFlow<ShortCodeState>(ShortCodeState.Idle(codeLanguage(locale)))
    private var language = codeLanguage(locale)
    private var host: CodeHost? = null
    private var running: Job? = null

    val state: StateFlow<ShortCodeState> = current.asStateFlow()

    /** Chooses the language of the words. */
    fun choose(language: CodeLanguage) {
        this.language = language
        if (current.value is ShortCodeState.Idle) current.value = ShortCodeState.Idle(language)
    }

    /** Makes a code; one that was shown before is over. */
    fun make() {
        running?.cancel()
        host?.close()
        current.value = ShortCodeState.Making(unreached = false)
        running = ask(otherwise = { current.value = ShortCodeState.Idle(language) }) {
            val made = room.shareCode(language).also { host = it }
            var counting: Job? = null
            try {
                made.events.collect { event ->
                    current.update { afterEvent(it, event) }
                    if (event is CodeHostEvent.Shown) {
                        counting?.cancel()
                        counting = count()
                    }
                }
            } finally {
                counting?.cancel()
                made.close()
                if (host === made) host = null
            }
        }
    }

    /** Ends the code. */
    fun stop() {
        val shown = host
        if (shown != null) shown.stop() else running?.cancel()
        if (current.value is ShortCodeState.Making) current.value = ShortCodeState.Idle(language)
    }

    /** Back to the choice of a language. */
    fun again() {
        current.value = ShortCodeState.Idle(language)
    }

    private fun count(): Job {
        val until = SystemClock.elapsedRealtime() + CODE_SECONDS * 1_000L
        return viewModelScope.launch {
            while (true) {
                val left = ((until - SystemClock.elapsedRealtime() + 999) / 1_000).toInt().coerceAtLeast(0)
                current.update { if (it is ShortCodeState.Shown) it.copy(secondsLeft = left) else it }
                if (left == 0) break
                delay(1_000)
            }
        }
    }

    override fun onCleared() {
        host?.close()
        host = null
    }
}
