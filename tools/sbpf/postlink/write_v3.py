"""sBPF v3: read-only data at address 0, code at 2^32, no sections, syscalls by their hash."""

from layout import Program
from write import PF_R, PF_X, PT_LOAD, SectionTable, elf_header, program_header


def write_v3(program: Program) -> bytes:
    """The bytes of the program's ELF file."""
    data_offset = program.header_size
    text_offset = data_offset + len(program.rodata)
    text_address = program.text_address
    return b"".join(
        [
            elf_header(text_address + program.entry, 3, 2, SectionTable()),
            program_header(PT_LOAD, PF_R, data_offset, 0, len(program.rodata), 8),
            program_header(PT_LOAD, PF_X, text_offset, text_address, len(program.text), 8),
            program.rodata,
            program.text,
        ]
    )
