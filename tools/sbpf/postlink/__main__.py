"""Turns the BPF object of LLVM into a Solana program: `python3 postlink INPUT.o OUTPUT.so v0|v3`.

The last step of ../bin/sbpf-ld: places the sections, applies the relocations, rewrites what differs between
BPF and sBPF, and writes the ELF file that the chain's loader expects. Python's standard library only.
"""

import sys
from pathlib import Path

from elf import LinkError, read_object
from layout import lay_out
from relocate import relocate
from write_v0 import write_v0
from write_v3 import write_v3

_WRITERS = {"v0": write_v0, "v3": write_v3}


def main(arguments: list[str]) -> int:
    if len(arguments) != 3 or arguments[2] not in _WRITERS:
        print("usage: postlink INPUT.o OUTPUT.so v0|v3", file=sys.stderr)
        return 2
    source, destination, version = arguments
    try:
        program_object = read_object(Path(source).read_bytes())
        program = lay_out(program_object, v3=version == "v3")
        relocate(program_object, program)
        Path(destination).write_bytes(_WRITERS[version](program))
    except LinkError as error:
        print(f"sbpf-postlink: {error}", file=sys.stderr)
        return 1
    sizes = f"{len(program.text)} bytes of code, {len(program.rodata)} of data"
    print(f"sbpf-postlink: {version}, {sizes} -> {destination}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
