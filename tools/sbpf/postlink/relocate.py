"""Patches addresses into code and data, and gives calls the form that the sBPF version wants."""

import struct

from elf import SHN_UNDEF, LinkError, Object, Relocation, Section
from layout import Program, address_of
from syscalls import BY_HASH, NAMES, murmur3

R_BPF_64_64, R_BPF_64_ABS64, R_BPF_64_32 = 1, 2, 10
OP_LDDW, OP_CALL, OP_CALLX = 0x18, 0x85, 0x8D
OP_ATOMICS = (0xC3, 0xDB)
INSTRUCTION = 8

# Source register of a call: 0 = the immediate is a syscall's hash (v3), 1 = it is a distance, or (v0) the
# loader's to fill in.
_CALL_SYSCALL, _CALL_RELATIVE = 0x00, 0x10
_RESOLVED_BY_LOADER = 0xFFFFFFFF


def _patch_lddw(program_object: Object, image: bytearray, at: int, relocation: Relocation) -> None:
    (low,) = struct.unpack_from("<I", image, at + 4)
    (high,) = struct.unpack_from("<I", image, at + 12)
    value = address_of(program_object, relocation.symbol) + (low | high << 32)
    image[at + 1] &= 0x0F  # drop the pseudo source register
    struct.pack_into("<I", image, at + 4, value & 0xFFFFFFFF)
    struct.pack_into("<I", image, at + 12, value >> 32)


def _patch_word(program_object: Object, image: bytearray, at: int, relocation: Relocation) -> None:
    (addend,) = struct.unpack_from("<Q", image, at)
    struct.pack_into("<Q", image, at, address_of(program_object, relocation.symbol) + addend)


def _make_syscall(program: Program, at: int, name: str) -> None:
    if program.v3:
        program.text[at + 1] = _CALL_SYSCALL
        struct.pack_into("<I", program.text, at + 4, murmur3(name.encode()))
    else:
        program.text[at + 1] = _CALL_RELATIVE
        struct.pack_into("<I", program.text, at + 4, _RESOLVED_BY_LOADER)
        program.syscalls.append((at, name))


def _patch_call(program_object: Object, program: Program, at: int, relocation: Relocation) -> None:
    symbol = relocation.symbol
    if symbol.section == SHN_UNDEF:
        if symbol.name not in NAMES:
            raise LinkError(f"undefined function: {symbol.name}")
        _make_syscall(program, at, symbol.name)
        return
    target = program_object.sections[symbol.section].position + symbol.value
    if symbol.is_section:
        # Then the immediate says where in the section, in instructions, less one.
        (addend,) = struct.unpack_from("<i", program.text, at + 4)
        target += (addend + 1) * INSTRUCTION
    program.text[at + 1] = _CALL_RELATIVE
    struct.pack_into("<i", program.text, at + 4, (target - at) // INSTRUCTION - 1)


def _apply(program_object: Object, program: Program, section: Section, relocation: Relocation) -> None:
    image = program.text if section.is_text else program.rodata
    at = section.position + relocation.offset
    if relocation.type == R_BPF_64_64:
        _patch_lddw(program_object, image, at, relocation)
    elif relocation.type == R_BPF_64_ABS64:
        _patch_word(program_object, image, at, relocation)
    elif relocation.type == R_BPF_64_32:
        _patch_call(program_object, program, at, relocation)
    else:
        raise LinkError(f"relocation type {relocation.type} in {section.name} is unknown")


def _fix_call_by_constant(program: Program, at: int) -> None:
    """A call of a constant address is a syscall by its hash; v3 keeps it as it is."""
    (value,) = struct.unpack_from("<I", program.text, at + 4)
    if program.v3:
        return
    if value not in BY_HASH:
        raise LinkError(f"call of the unknown constant {value:#x} at {at:#x}")
    _make_syscall(program, at, BY_HASH[value])


def _fix_instructions(program: Program) -> None:
    """What differs between BPF and sBPF beyond relocations."""
    at = 0
    text = program.text
    while at < len(text):
        opcode = text[at]
        if opcode in OP_ATOMICS:
            raise LinkError(f"an atomic instruction survived at {at:#x}")
        if opcode == OP_CALL and text[at + 1] >> 4 == 0:
            _fix_call_by_constant(program, at)
        elif opcode == OP_CALLX and not program.v3:
            register = text[at + 1] & 15  # v0 wants the register in the immediate
            text[at + 1] = 0
            struct.pack_into("<I", text, at + 4, register)
        at += 2 * INSTRUCTION if opcode == OP_LDDW else INSTRUCTION


def relocate(program_object: Object, program: Program) -> None:
    """Applies every relocation of the program's sections, then the fix-ups that aren't relocations."""
    for section, relocations in program_object.relocations:
        if section.address is None:
            continue
        for relocation in relocations:
            _apply(program_object, program, section, relocation)
    _fix_instructions(program)
