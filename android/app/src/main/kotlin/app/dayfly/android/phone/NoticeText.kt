package app.dayfly.android.phone

import app.dayfly.android.settings.Notices
import app.dayfly.core.proto.Message

/**
 * What a notification says of the messages nobody has seen. Pure: it takes messages and gives words, by
 * the strings it is given. What vanishes, or is to be seen once, never shows in a notification, which
 * would outlive it.
 */
internal object NoticeText {
    /** The words it chooses from. */
    interface Words {
        /** "3 new messages in your room". */
        fun some(count: Int): String

        /** "Ada wrote". */
        fun wrote(name: String): String

        /** "Ada: see you at nine". */
        fun said(name: String, text: String): String
    }

    /** The first line, and further ones where more is shown. */
    data class Said(val title: String, val lines: List<String>)

    private const val MAX_LINES = 5
    private const val MAX_NAME = 40
    private const val MAX_LINE = 160

    /** What to say of [messages], the oldest first, of which there were [count] in all. */
    fun of(shows: Notices, messages: List<Message>, count: Int, words: Words): Said {
        val title = words.some(count)
        if (shows == Notices.HIDDEN) return Said(title, emptyList())
        val lines = messages.takeLast(MAX_LINES).map { message ->
            val name = oneLine(message.name, MAX_NAME)
            val hidden = message.viewOnce || message.expiresAt != null || message.unsent
            if (shows == Notices.NAME ||
                hidden
            ) {
                words.wrote(name)
            } else {
                words.said(name, oneLine(message.text, MAX_LINE))
            }
        }
        return Said(title, if (shows == Notices.NAME) lines.distinct() else lines)
    }

    /** One line without what could turn the direction of the words around it. */
    private fun oneLine(text: String, max: Int): String {
        val line = text.map { if (it.isWhitespace() || it.isISOControl()) ' ' else it }
            .filterNot { it in '\u202A'..'\u202E' || it in '\u2066'..'\u2069' }
            .joinToString("")
            .trim()
        return if (line.codePointCount(0, line.length) <=
            max
        ) {
            line
        } else {
            line.substring(0, line.offsetByCodePoints(0, max)) + "…"
        }
    }
}
