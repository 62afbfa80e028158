"""Places the object's sections: all code in one text, all data in one read-only segment."""

import sys
from dataclasses import dataclass, field

from elf import SHF_WRITE, LinkError, Object, Section, Symbol

ELF_HEADER, PROGRAM_HEADER = 64, 56
PROGRAM_START = 1 << 32  # where sBPF maps a program's code

# v3 maps read-only data at address 0: keep null pointers from pointing at something.
_V3_NULL_GAP = 16


@dataclass
class Program:
    """A program under construction: bytes that relocate.py patches and write_v*.py write."""

    v3: bool
    text: bytearray
    rodata: bytearray
    text_address: int
    entry: int = 0  # offset of the entry point in `text`
    header_size: int = 0
    # v0: offset in `text` and name of each call that the loader resolves
    syscalls: list[tuple[int, str]] = field(default_factory=list)


def _align_up(value: int, to: int) -> int:
    return -(-value // to) * to


def _pack(sections: list[Section], start: int) -> int:
    """Gives each section its position. Returns the length of the whole."""
    end = start
    for section in sections:
        section.position = _align_up(end, max(8, section.align))
        end = section.position + section.size
    return _align_up(end, 8)


def _warn_if_writable(section: Section) -> None:
    if section.flags & SHF_WRITE and not section.name.startswith(".data.rel.ro"):
        warning = f"writable section {section.name} ({section.size} bytes) is mapped read-only"
        print(f"sbpf-postlink: warning: {warning}", file=sys.stderr)


def _join(sections: list[Section], length: int) -> bytearray:
    image = bytearray(length)
    for section in sections:
        image[section.position : section.position + section.size] = section.data
    return image


def address_of(program_object: Object, symbol: Symbol) -> int:
    """Virtual address of a symbol that the object defines."""
    if symbol.section == 0:
        raise LinkError(f"undefined symbol in a data reference: {symbol.name}")
    section = program_object.sections[symbol.section]
    if section.address is None:
        raise LinkError(f"reference to {section.name}, which isn't part of the program ({symbol.name})")
    return section.address + symbol.value


def lay_out(program_object: Object, v3: bool) -> Program:
    """Positions and addresses for every section that is part of the program."""
    text = [s for s in program_object.sections if s.is_text]
    data = [s for s in program_object.sections if s.is_data]
    for section in data:
        _warn_if_writable(section)
    text_length = _pack(text, 0)
    data_length = _pack(data, _V3_NULL_GAP if v3 else 0)
    header_size = ELF_HEADER + PROGRAM_HEADER * (2 if v3 else 3)
    text_address = PROGRAM_START if v3 else PROGRAM_START + header_size
    data_address = 0 if v3 else text_address + text_length
    for section in text:
        section.address = text_address + section.position
    for section in data:
        section.address = data_address + section.position

    entry = next((s for s in program_object.symbols if s.name == "entrypoint"), None)
    if entry is None:
        raise LinkError("the program has no function `entrypoint`")
    return Program(
        v3=v3,
        text=_join(text, text_length),
        rodata=_join(data, data_length),
        text_address=text_address,
        entry=program_object.sections[entry.section].position + entry.value,
        header_size=header_size,
    )
