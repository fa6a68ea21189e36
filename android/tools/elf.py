"""Reads of a native library what a phone's linker will: segments, and the names it asks for."""

import struct

LOAD = 1
SYMTAB, DYNSYM = 2, 11
WEAK = 2


class Elf:
    """A 64-bit little-endian ELF file."""

    def __init__(self, content):
        self.content = content
        if content[:6] != b"\x7fELF\x02\x01":
            raise ValueError("not a 64-bit ELF file")
        header = struct.unpack_from("<HHIQQQIHHHHHH", content, 16)
        self.machine, at, sections = header[1], header[4], header[5]
        self.segments = [struct.unpack_from("<IIQQQQQQ", content, at + number * 56) for number in range(header[9])]
        self.sections = [struct.unpack_from("<IIQQQQIIQQ", content, sections + number * 64) for number in range(header[11])]

    def alignments(self):
        """The alignment of each segment that is loaded."""
        return [segment[7] for segment in self.segments if segment[0] == LOAD]

    def symbols(self, kind):
        """(name, section, size, whether weak) of each symbol of a table."""
        for _, type_, _, _, offset, size, link, *_ in self.sections:
            if type_ != kind:
                continue
            strings = self.sections[link][4]
            for at in range(offset, offset + size, 24):
                name, info, _, section, _, length = struct.unpack_from("<IBBHQQ", self.content, at)
                start = strings + name
                yield self.content[start : self.content.index(b"\0", start)].decode(), section, length, info >> 4 == WEAK

    def asked(self):
        """The names that others must bring. A weak one may be missing: who asks so looks first."""
        return {name for name, section, _, weak in self.symbols(DYNSYM) if name and section == 0 and not weak}
