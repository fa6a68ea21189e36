package app.dayfly.library

import app.dayfly.Dayfly

/** Starts Dayfly twice and prints what comes of it: the program of `NativeLibraryTest`. */
fun main() {
    repeat(2) {
        try {
            Dayfly.start().close()
            println("started")
        } catch (refused: Throwable) {
            println("${refused::class.java.simpleName}: ${refused.message}")
        }
    }
}
