package app.dayfly.library

import app.dayfly.DEADLINE
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.lang.reflect.Modifier
import java.nio.file.Path
import java.util.concurrent.TimeUnit
import kotlin.io.path.div
import kotlin.io.path.writeText

/** A native library that is not there, or is of another version, is refused in one sentence, each time. */
class NativeLibraryTest {
    /** Starts Dayfly in a process of its own, with what lies in [folder] as the native library. */
    private fun starting(folder: Path): List<String> {
        val java = Path.of(System.getProperty("java.home")) / "bin" / "java"
        val classes = System.getProperty("java.class.path")
        val command = listOf("$java", "-Djna.library.path=$folder", "-cp", classes, "app.dayfly.library.StartKt")
        val process = ProcessBuilder(command).redirectErrorStream(true).start()
        val said = process.inputStream.bufferedReader().readLines()
        check(process.waitFor(DEADLINE.toSeconds(), TimeUnit.SECONDS)) { "it did not end" }
        return said
    }

    private fun refused(said: List<String>) {
        assertEquals(2, said.size, "$said")
        for (line in said) assertTrue(line.startsWith("NativeLibraryException: The native library libdayfly"), line)
    }

    /** A library in [folder] in which everything of this name answers with the same number. */
    private fun fake(folder: Path, names: Collection<String>) {
        val source = folder / "fake.c"
        source.writeText(names.joinToString("\n") { "int $it(void) { return 7; }" })
        val library = folder / System.mapLibraryName("dayfly")
        val compiler = ProcessBuilder("cc", "-shared", "-fPIC", "-w", "-o", "$library", "$source").inheritIO().start()
        check(compiler.waitFor() == 0) { "the fake library could not be built" }
    }

    /** Whatever the generated code calls. */
    private fun called(): Set<String> = listOf("", ".engine", ".proto").flatMapTo(sortedSetOf()) { part ->
        listOf("UniffiLib", "IntegrityCheckingUniffiLib").flatMap { half ->
            val type = Class.forName("app.dayfly.core$part.$half", false, javaClass.classLoader)
            type.declaredMethods.filter { Modifier.isNative(it.modifiers) }.map { it.name }
        }
    }

    @Test
    fun `one that is missing`(@TempDir folder: Path) = refused(starting(folder))

    @Test
    fun `one of another version`(@TempDir folder: Path) {
        fake(folder, called())
        refused(starting(folder))
    }

    @Test
    fun `one that lacks what this code calls`(@TempDir folder: Path) {
        fake(folder, listOf("nothing"))
        refused(starting(folder))
    }
}
