"""sBPF v0: code and data in one segment, syscalls by name through a dynamic symbol table."""

import struct

from layout import Program
from relocate import R_BPF_64_32
from write import PF_R, PF_W, PF_X, PT_DYNAMIC, PT_LOAD, SectionTable, elf_header, pad8, program_header

_DT_NULL, _DT_STRTAB, _DT_SYMTAB, _DT_SYMENT, _DT_REL, _DT_RELSZ, _DT_RELENT = 0, 5, 6, 11, 17, 18, 19
_DT_TEXTREL, _DT_FLAGS, _DF_TEXTREL = 22, 30, 4
_DYNAMIC_ENTRIES, _DYNAMIC_ENTRY, _SYMBOL, _REL = 9, 16, 24, 16
_GLOBAL_UNDEFINED = 0x10

_SECTION_NAMES = ["", ".text", ".rodata", ".dynamic", ".dynsym", ".dynstr", ".rel.dyn", ".shstrtab"]
_NAMES_INDEX = 7


def _dynamic_symbols(program: Program) -> tuple[bytes, bytes, bytes]:
    """Symbol table, its strings, and one relocation per call of a syscall."""
    names = list(dict.fromkeys(name for _, name in program.syscalls))
    strings, symbols, index = b"\0", bytes(_SYMBOL), {}
    for number, name in enumerate(names, start=1):
        index[name] = number
        symbols += struct.pack("<IBBHQQ", len(strings), _GLOBAL_UNDEFINED, 0, 0, 0, 0)
        strings += name.encode() + b"\0"
    relocations = b"".join(
        struct.pack("<QQ", program.header_size + offset, index[name] << 32 | R_BPF_64_32)
        for offset, name in sorted(program.syscalls)
    )
    return symbols, pad8(strings), relocations


def _dynamic_table(symbols_at: int, strings_at: int, relocations_at: int, relocations_size: int) -> bytes:
    entries = [
        (_DT_FLAGS, _DF_TEXTREL),
        (_DT_TEXTREL, 0),
        (_DT_REL, relocations_at),
        (_DT_RELSZ, relocations_size),
        (_DT_RELENT, _REL),
        (_DT_SYMTAB, symbols_at),
        (_DT_SYMENT, _SYMBOL),
        (_DT_STRTAB, strings_at),
        (_DT_NULL, 0),
    ]
    return b"".join(struct.pack("<QQ", *entry) for entry in entries)


def _section_names() -> tuple[bytes, dict[str, int]]:
    table, offsets = b"", {}
    for name in _SECTION_NAMES:
        offsets[name] = len(table)
        table += name.encode() + b"\0"
    return pad8(table), offsets


def write_v0(program: Program) -> bytes:
    """The bytes of the program's ELF file."""
    symbols, strings, relocations = _dynamic_symbols(program)
    names, name_offsets = _section_names()

    text_at = program.header_size
    data_at = text_at + len(program.text)
    dynamic_at = data_at + len(program.rodata)
    symbols_at = dynamic_at + _DYNAMIC_ENTRIES * _DYNAMIC_ENTRY
    strings_at = symbols_at + len(symbols)
    relocations_at = strings_at + len(strings)
    names_at = relocations_at + len(relocations)
    sections_at = names_at + len(names)
    dynamic = _dynamic_table(symbols_at, strings_at, relocations_at, len(relocations))

    def section(name, kind, flags, offset, size, link=0, info=0, align=8, entry=0):
        address = offset if flags else 0
        return struct.pack(
            "<IIQQQQIIQQ", name_offsets[name], kind, flags, address, offset, size, link, info, align, entry
        )

    sections = [
        bytes(64),
        section(".text", 1, 6, text_at, len(program.text)),
        section(".rodata", 1, 2, data_at, len(program.rodata)),
        section(".dynamic", 6, 3, dynamic_at, len(dynamic), link=5, entry=16),
        section(".dynsym", 11, 2, symbols_at, len(symbols), link=5, info=1, entry=24),
        section(".dynstr", 3, 2, strings_at, len(strings), align=1),
        section(".rel.dyn", 9, 2, relocations_at, len(relocations), link=4, entry=16),
        section(".shstrtab", 3, 0, names_at, len(names), align=1),
    ]
    table = SectionTable(sections_at, len(sections), _NAMES_INDEX)
    code_and_data = dynamic_at - text_at
    return b"".join(
        [
            elf_header(program.header_size + program.entry, 0, 3, table),
            program_header(PT_LOAD, PF_R | PF_X, text_at, text_at, code_and_data, 4096),
            program_header(PT_LOAD, PF_R, dynamic_at, dynamic_at, names_at - dynamic_at, 4096),
            program_header(PT_DYNAMIC, PF_R | PF_W, dynamic_at, dynamic_at, len(dynamic), 8),
            program.text,
            program.rodata,
            dynamic,
            symbols,
            strings,
            relocations,
            names,
            *sections,
        ]
    )
