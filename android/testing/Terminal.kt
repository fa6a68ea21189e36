package app.dayfly

private fun program() = System.getProperty("dayfly.program")

/** The terminal client, driven by its JSON contract (cli/contract.json); it stays on this machine. */
class Terminal(vararg arguments: String) : Child(program(), *arguments, "--json", "--local", "--no-lan", "--yes")

/** A tracker on this machine. */
class Tracker : Child(program(), "tracker", "--listen", "127.0.0.1:0", "--json") {
    /** Where it listens. */
    val url: String = await("tracker")["url"].asText()

    /** It reads nothing, so it is not told. */
    override fun close() {
        process.destroy()
    }
}
