package app.dayfly.library

import app.dayfly.Terminal
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import java.nio.file.Path
import kotlin.io.path.div
import kotlin.io.path.readText

/** The sample that README shows is one that is compiled and runs. */
class SampleTest {
    private val root = Path.of("../..")

    @Test
    fun `README shows the sample as it is`() {
        val sample = (root / "examples/kotlin/Answer.kt").readText()
            .substringAfter("// README begins\n").substringBefore("// README ends")
        val shown = (root / "README.md").readText().substringAfter("```kotlin\n").substringBefore("```")
        assertEquals(sample, shown)
    }

    @Test
    fun `the sample says how to join, and answers`() {
        val java = Path.of(System.getProperty("java.home")) / "bin" / "java"
        val library = "-Djna.library.path=${System.getProperty("jna.library.path")}"
        val classes = System.getProperty("java.class.path")
        val command = listOf("$java", library, "-cp", classes, "app.dayfly.example.AnswerKt", "--local")
        val sample = ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        try {
            val link = sample.inputStream.bufferedReader().readLine()
            Terminal("join", link, "--name", "Cat").use { cat ->
                cat.await("member_joined") { it["member"]["name"].asText() == "Kotlin" }
                cat.send("cmd" to "say", "text" to "anybody here?")
                cat.await("message") { it["text"].asText() == "You said: anybody here?" }
            }
        } finally {
            sample.destroy()
        }
    }
}
