package app.dayfly.android.phone

import java.io.File

/**
 * The one thing that outlives the process: that a room was running. An empty file stands while one does;
 * where it still stands when the app starts, the system or a fault ended the process, and the person is
 * told once. It says nothing of the room.
 *
 * [directory] is one that no backup takes.
 */
internal class LostRoom(directory: File) {
    private val file = File(directory, "room")

    /** Whether a room was lost; asked once at the start, and forgotten by asking. */
    fun takeLost(): Boolean = file.delete()

    /** A room runs, or none does any more. */
    fun running(on: Boolean) {
        if (on) file.createNewFile() else file.delete()
    }
}
