#!/usr/bin/python3
"""compiled_units.py COMPILE_COMMANDS SOURCE...: what is compiled to compile these sources, one a line.

Sources are compiled several at a time (cmake/unity.cmake); a source that is in no unit of this build
is left out.
"""

import json
import os
import re
import sys
from pathlib import Path

INCLUDED = re.compile(r'^#include "(.*\.cc)"$', re.MULTILINE)


def sources_of(unit):
    """The sources that a unit brings together, or the unit itself."""
    if "/Unity/" not in unit:
        return [unit]
    return INCLUDED.findall(Path(unit).read_text(encoding="utf-8"))


def units_with(database, sources):
    wanted = {os.path.realpath(source) for source in sources}
    units = (os.path.join(each["directory"], each["file"]) for each in database)
    return [unit for unit in sorted(set(units))
            if wanted & {os.path.realpath(source) for source in sources_of(unit)}]


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as commands:
        print("\n".join(units_with(json.load(commands), sys.argv[2:])))
