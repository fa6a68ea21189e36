package app.dayfly

import java.io.DataInputStream
import java.io.File

/** What compiled classes name of others: `owner.member` for methods and fields, `owner` for classes. */
fun namesIn(folder: File): Set<String> =
    folder.walk().filter { it.extension == "class" }.flatMapTo(mutableSetOf()) { file ->
        file.inputStream().buffered().use { names(DataInputStream(it)) }
    }

/** Reads the constant pool of a class (JVM specification, 4.4). */
private fun names(input: DataInputStream): List<String> {
    check(input.readInt() == 0xCAFEBABE.toInt()) { "not a class" }
    input.skipBytes(4)
    val count = input.readUnsignedShort()
    val texts = arrayOfNulls<String>(count)
    val pairs = arrayOfNulls<Pair<Int, Int>>(count)
    val members = mutableListOf<Int>()
    val classes = mutableListOf<Int>()
    var at = 1
    while (at < count) {
        when (val tag = input.readUnsignedByte()) {
            1 -> texts[at] = input.readUTF()
            3, 4 -> input.readInt()
            5, 6 -> {
                input.readLong()
                at++ // takes two places
            }
            7, 8, 16, 19, 20 -> {
                pairs[at] = input.readUnsignedShort() to 0
                if (tag == 7) classes += at
            }
            9, 10, 11, 12, 17, 18 -> {
                pairs[at] = input.readUnsignedShort() to input.readUnsignedShort()
                if (tag in 9..11) members += at
            }
            15 -> {
                input.readUnsignedByte()
                input.readUnsignedShort()
            }
            else -> error("an unknown constant, $tag")
        }
        at++
    }
    fun className(at: Int) = texts[pairs[at]!!.first]!!.replace('/', '.')
    val named = members.map { member ->
        val (owner, nameAndType) = pairs[member]!!
        // What Kotlin adds: a hash for unsigned arguments, and a twin for those left out.
        val name = texts[pairs[nameAndType]!!.first]!!.substringBefore('-').removeSuffix("\$default")
        "${className(owner)}.$name"
    }
    return named + classes.map(::className)
}
