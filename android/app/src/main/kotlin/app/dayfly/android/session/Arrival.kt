package app.dayfly.android.session

import app.dayfly.core.DayflyException
import app.dayfly.core.Invite
import app.dayfly.core.engine.ErrorKind
import app.dayfly.core.manualHalf
import app.dayfly.core.proto.InviteAccess
import app.dayfly.core.proto.InviteInfo
import app.dayfly.core.proto.InviteKind
import app.dayfly.core.proto.ManualHalf
import java.net.URI

/**
 * What a text that came from outside leads to: a link, a scanned picture, something pasted, typed or
 * shared. It owns the question which of the core's readers the text is for and refuses to read it
 * itself. None of these say in `toString` what they hold: it may be a room's secret.
 */
internal sealed interface Arrival {
    /** A room's invite. Whoever takes it closes it. */
    class ToRoom(val invite: Invite, val destination: Destination) : Arrival

    /** A short code, as it was written; whether its words exist is the core's to say. */
    class ByCode(val code: String) : Arrival

    /** The first half of an exchange by hand, which asks for one in return. */
    class ByHand(val offer: String) : Arrival

    /** The second half, which is for the device that showed the first. */
    class ForOffer(val answer: String) : Arrival

    /** Nothing that leads anywhere, with the reason. */
    class Unreadable(val refusal: Refusal) : Arrival

    companion object {
        /** The longest text that is looked at; the core refuses longer invites too. */
        const val MAX_TEXT = 8192

        /** How many words of a shared text are tried. */
        private const val MAX_WORDS = 200

        private val AROUND =
            charArrayOf('<', '>', '(', ')', '[', ']', '"', '\'', '“', '”', '«', '»', ',', ';', '.', '!')

        /**
         * Reads [text]. Where it is more than an invite, as shared texts are ("Come in: https://…"), the
         * first word of it that leads somewhere counts.
         */
        fun read(text: String): Arrival {
            val whole = text.take(MAX_TEXT + 1).trim()
            // Links begin with a letter and codes with a number.
            if (whole.firstOrNull()?.isDigit() == true && ':' !in whole) return ByCode(whole)
            val first = readWhole(whole)
            if (first !is Unreadable || whole.none { it.isWhitespace() }) return first
            return whole.splitToSequence(' ', '\n', '\r', '\t')
                .take(MAX_WORDS)
                .map { it.trim(*AROUND) }
                .filter { ':' in it }
                .map { readWhole(it) }
                .firstOrNull { it !is Unreadable }
                ?: first
        }

        private fun readWhole(text: String): Arrival {
            when (manualHalf(text)) {
                ManualHalf.OFFER -> return ByHand(text)
                ManualHalf.ANSWER -> return ForOffer(text)
                null -> Unit
            }
            return try {
                val invite = Invite.parse(text)
                ToRoom(invite, Destination.of(invite.info()))
            } catch (refused: DayflyException.Refused) {
                Unreadable(Refusal.of(refused))
            }
        }
    }
}

/** What is known of a room before one is in it, to show. It holds no secret and no link. */
internal data class Destination(
    val kind: InviteKind,
    /** A web room's name; native rooms have none to show. */
    val name: String,
    /** The web sites whose pages lead into it, as hosts. */
    val sites: List<String>,
    val access: InviteAccess,
) {
    /** It cannot be entered without a password that the invite does not hold. */
    val needsPassword: Boolean
        get() = access == InviteAccess.NEEDS_PASSWORD || access == InviteAccess.PRIVATE_AND_PASSWORD

    companion object {
        /** Takes from [info] what is shown. */
        fun of(info: InviteInfo): Destination = Destination(
            kind = info.kind,
            name = if (info.kind == InviteKind.WEB) info.room else "",
            sites = info.islands.map { host(it.origin) },
            access = info.access,
        )

        private fun host(origin: String): String = runCatching { URI(origin).authority }.getOrNull() ?: origin
    }
}

/** Why something did not work, for people: the core's own sentence, and what to try. */
internal data class Refusal(
    /** What a program can tell apart; nothing where it was not the core that failed. */
    val kind: ErrorKind?,
    val sentence: String,
    val hint: String?,
) {
    companion object {
        /** The core's refusal. */
        fun of(refused: DayflyException.Refused): Refusal = Refusal(refused.kind, refused.sentence, refused.hint)

        /** Anything else that was thrown. What it says may hold anything, so it is not shown. */
        val UNKNOWN: Refusal = Refusal(null, "", null)
    }
}
