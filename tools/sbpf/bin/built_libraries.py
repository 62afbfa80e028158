"""Reads cargo's JSON messages from stdin and prints the programs among what was built, one path per line.

A program is a non-empty shared library directly in the folder that is the only argument: dependencies that
are shared libraries too are built into `deps/`, and those without an entry point are empty.
"""

import json
import sys
from pathlib import Path

release = Path(sys.argv[1])
for line in sys.stdin:
    if not line.startswith("{"):
        continue
    message = json.loads(line)
    if message.get("reason") != "compiler-artifact":
        continue
    for name in message["filenames"]:
        library = Path(name)
        if library.suffix == ".so" and library.parent == release and library.stat().st_size > 0:
            print(library)
