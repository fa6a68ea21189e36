package app.dayfly

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import java.io.File

/** What no test here can bring about, each with the reason. */
private val BEYOND_REACH = mapOf(
    "ErrorKind.INTERNAL" to "only a mistake in the core is one; bindings/tests brings one about from Rust",
    "ErrorKind.CODE_INTERFERENCE" to "takes somebody who forges answers; core/proto tests have one",
)

/** Everything that is exported is driven from here: what is listed in api.txt is named by a compiled test. */
class SurfaceTest {
    private val named = namesIn(File("target/test-classes"))

    @Test
    fun `every object, function, command, callback and refusal is used by a test`() {
        val missing = exported().filterKeys { it !in BEYOND_REACH }.filterValues { names -> names.none { it in named } }
        assertEquals(emptySet<String>(), missing.keys)
    }

    @Test
    fun `what is said to be beyond reach is`() {
        val exported = exported()
        for (what in BEYOND_REACH.keys) {
            assertEquals(emptyList<String>(), exported.getValue(what).filter { it in named }, what)
        }
    }

    /** Each thing that is exported, and the names it may have in a class that uses it. */
    private fun exported(): Map<String, List<String>> = buildMap {
        for (block in File("../api.txt").readText().split("\n\n").drop(1)) {
            val (head, parts) = block.trim().lines().let { it.first() to it.drop(1).map(String::trim) }
            val kind = head.substringBeforeLast(' ')
            val name = head.substringAfterLast(' ')
            when {
                head.startsWith("function ") -> {
                    val function = camel(head.removePrefix("function ").substringBefore('('))
                    put(function, listOf("$CORE.DayflyKt.$function"))
                }
                kind == "object" -> for (part in parts) {
                    val method = camel(part.removePrefix("constructor ").removePrefix("async ").substringBefore('('))
                    val owners = listOf(name, "${name}Interface", "${name}Interface\$DefaultImpls", "$name\$Companion")
                    val names = owners.map { "$CORE.$it.$method" }
                    put("$name.$method", if (method == "new") names + "$CORE.$name.<init>" else names)
                }
                kind == "callback interface" -> put(name, listOf("$CORE.$name"))
                kind == "error" -> for (part in parts) {
                    val error = "${name.removeSuffix("Error")}Exception\$${part.substringBefore('(')}"
                    put("$name.${part.substringBefore('(')}", listOf("$CORE.$error"))
                }
                head == "enum ErrorKind" -> for (part in parts) {
                    val constant = part.replace(Regex("(?<=[a-z])(?=[A-Z])"), "_").uppercase()
                    put("ErrorKind.$constant", listOf("$CORE.engine.ErrorKind.$constant"))
                }
                head == "enum Command" -> for (part in parts.map { it.substringBefore('(') }) {
                    put("Command.$part", listOf("$CORE.proto.Command\$$part"))
                }
            }
        }
        check(size > 100) { "only $size things are exported: the listing was not read" }
    }

    private fun camel(name: String) = name.replace(Regex("_([a-z])")) { it.groupValues[1].uppercase() }

    private companion object {
        const val CORE = "app.dayfly.core"
    }
}
