"""Reads the relocatable ELF object that llc writes."""

import struct
from dataclasses import dataclass, field

SHT_PROGBITS, SHT_SYMTAB, SHT_NOBITS, SHT_REL = 1, 2, 8, 9
SHF_WRITE, SHF_ALLOC, SHF_EXEC = 1, 2, 4
STT_SECTION = 3
SHN_UNDEF = 0


class LinkError(Exception):
    """The object can't become a program; the message says what is in the way."""


@dataclass
class Section:
    """A section of the object, and where layout.py puts it."""

    name: str
    type: int
    flags: int
    offset: int  # in the file
    size: int
    link: int
    info: int
    align: int
    data: bytes
    position: int = 0  # in the program's text or read-only data
    address: int | None = None  # virtual; None when it isn't part of the program

    @property
    def is_text(self) -> bool:
        return bool(self.flags & SHF_ALLOC and self.flags & SHF_EXEC and self.size)

    @property
    def is_data(self) -> bool:
        allocated = self.flags & SHF_ALLOC and not self.flags & SHF_EXEC and self.size
        return bool(allocated and self.type in (SHT_PROGBITS, SHT_NOBITS))


@dataclass
class Symbol:
    name: str
    section: int
    value: int
    is_section: bool


@dataclass
class Relocation:
    offset: int  # in the section that it patches
    type: int
    symbol: Symbol


@dataclass
class Object:
    sections: list[Section]
    symbols: list[Symbol]
    relocations: list[tuple[Section, list[Relocation]]] = field(default_factory=list)


def _string(table: bytes, offset: int) -> str:
    return table[offset : table.index(b"\0", offset)].decode()


def _read_sections(image: bytes) -> list[Section]:
    (table,) = struct.unpack_from("<Q", image, 40)
    entry_size, count, names_index = struct.unpack_from("<HHH", image, 58)
    headers = [struct.unpack_from("<IIQQQQIIQQ", image, table + i * entry_size) for i in range(count)]
    names_offset, names_size = headers[names_index][4], headers[names_index][5]
    names = image[names_offset : names_offset + names_size]
    sections = []
    for name, kind, flags, _address, offset, size, link, info, align, _entry in headers:
        data = bytes(size) if kind == SHT_NOBITS else image[offset : offset + size]
        sections.append(Section(_string(names, name), kind, flags, offset, size, link, info, align, data))
    return sections


def _read_symbols(sections: list[Section]) -> list[Symbol]:
    table = next(s for s in sections if s.type == SHT_SYMTAB)
    names = sections[table.link].data
    return [
        Symbol(_string(names, name), section, value, info & 15 == STT_SECTION)
        for name, info, _other, section, value, _size in struct.iter_unpack("<IBBHQQ", table.data)
    ]


def read_object(image: bytes) -> Object:
    """Sections, symbols and relocations of a 64-bit little-endian relocatable object."""
    if image[:6] != b"\x7fELF\x02\x01":
        raise LinkError("not a 64-bit little-endian ELF object")
    sections = _read_sections(image)
    symbols = _read_symbols(sections)
    parsed = Object(sections, symbols)
    for section in sections:
        if section.type != SHT_REL:
            continue
        entries = [
            Relocation(offset, info & 0xFFFFFFFF, symbols[info >> 32])
            for offset, info in struct.iter_unpack("<QQ", section.data)
        ]
        parsed.relocations.append((sections[section.info], entries))
    return parsed
