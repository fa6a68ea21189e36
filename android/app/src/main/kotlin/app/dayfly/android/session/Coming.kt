package app.dayfly.android.session

import app.dayfly.core.engine.ManualCode

/**
 * Somebody is on the way into a room: how, where to, and how far they are. [Session] changes it and
 * screens draw it; it holds no password, and of an invite only what may be shown.
 */
internal data class Coming(
    val way: Way,
    /** Where to, as soon as that is known: a short code or a hand-carried one tells it late or never. */
    val destination: Destination?,
    val stage: Stage,
)

/** Which way somebody comes in. */
internal enum class Way {
    /** A new native room is opened. */
    OPEN,

    /** By an invite; who comes first to a web room opens it. */
    INVITE,

    /** By a short code. */
    CODE,

    /** By one code each way, carried by hand. */
    HAND,
}

/** How far somebody is. */
internal sealed interface Stage {
    /** Something is being done that takes a while; it can be cancelled. */
    data class Working(val step: Step) : Stage

    /** A password is needed. [wrong]: the last one did not lead to the others. */
    data class Password(val wrong: Boolean) : Stage

    /** The answer to be shown to the device whose code was taken; it waits until that has taken it. */
    data class ShowAnswer(val answer: ManualCode) : Stage

    /**
     * The room runs, nobody was met, and somebody there has another password. One can stay, or leave
     * and try another.
     */
    data class PasswordInDoubt(val sentence: String) : Stage

    /** It did not work. It can be tried again, or left. */
    data class Failed(val refusal: Refusal) : Stage
}

/** What is being done. */
internal enum class Step {
    /** The core starts. */
    STARTING,

    /** A room is opened. */
    OPENING,

    /** A room is entered. */
    ENTERING,

    /** Whoever shows the short code is looked for. */
    SEARCHING,

    /** Somebody who shows a code of that number was found; the words are compared. */
    COMPARING,

    /** The code of the other device is read and an answer made. */
    ANSWERING,
}
