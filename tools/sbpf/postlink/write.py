"""ELF structures that both writers use."""

import struct
from dataclasses import dataclass

PT_LOAD, PT_DYNAMIC = 1, 2
PF_X, PF_W, PF_R = 1, 2, 4

_ET_DYN, _EM_BPF = 3, 247


@dataclass
class SectionTable:
    offset: int = 0
    count: int = 0
    names_index: int = 0


def elf_header(entry: int, flags: int, program_headers: int, sections: SectionTable) -> bytes:
    """File header. `flags` is the sBPF version."""
    return struct.pack(
        "<16sHHIQQQIHHHHHH",
        b"\x7fELF\x02\x01\x01",
        _ET_DYN,
        _EM_BPF,
        1,
        entry,
        64,
        sections.offset,
        flags,
        64,
        56,
        program_headers,
        64,
        sections.count,
        sections.names_index,
    )


def program_header(kind: int, flags: int, offset: int, address: int, size: int, align: int) -> bytes:
    """A segment whose size in memory is its size in the file."""
    return struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, size, size, align)


def pad8(data: bytes) -> bytes:
    """`data`, filled with zeros to a multiple of 8 bytes."""
    return data + bytes(-len(data) % 8)
