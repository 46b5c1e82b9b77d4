#!/usr/bin/python3
"""Writes docs/api-coverage.md: which operations of each service are implemented and tested.

`coverage.py` writes the page, `coverage.py --check` fails when it is not current. An operation is
implemented when SERVICE/*_service.cc or *_operations.cc has a handler for it, tested when a test
names it: in src/api (C++), or in tests/clients (real clients, by any of the spellings they use).
"""

import re
import sys
from pathlib import Path

import model

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "api-coverage.md"

HEAD = """# API coverage

Which operations the API port serves. An operation that is not implemented answers 501
(`NotImplementedException`) in its service's own error form and names itself.

*unit*: a test beside the code calls it. *clients*: a test in `tests/clients` calls it with a real
client. This page is generated: `ninja api_coverage` (a test checks that it is current).
"""


def implemented(service):
    folder = ROOT / "src" / "api" / service.name
    sources = [*folder.glob("*_service.cc"), *folder.glob("*_operations.cc")]
    text = "".join(source.read_text() for source in sources)
    names = set(re.findall(r"\bhandle\((?:\w+::)*(\w+)[{(]", text))
    unknown = names - set(service.operations)
    if unknown:
        raise SystemExit(f"{folder}: {unknown} are not operations of {service.name}")
    return names


def words(folder, patterns):
    found = set()
    for pattern in patterns:
        for path in sorted(folder.rglob(pattern)):
            found |= set(re.findall(r"[A-Za-z0-9_-]+", path.read_text(errors="replace")))
    return found


def client_spellings(name):
    snake = model.snake(name)
    return {name, snake, snake.replace("_", "-"), name[0].lower() + name[1:] + "Command"}


def page():
    client_words = words(ROOT / "tests" / "clients", ["*.py", "*.js", "*.mjs", "*.sh"])
    text = HEAD
    for name in model.SERVICES:
        service = model.load(name)
        done = implemented(service)
        unit_words = words(ROOT / "src" / "api" / name, ["*_test.cc"])
        text += (f"\n## {service.full_name} (`{name}`): {len(done)} of "
                 f"{len(service.operations)}\n\n| operation | implemented | tested |\n|---|---|---|\n")
        for operation in sorted(service.operations, key=lambda o: (o not in done, o)):
            if operation not in done:
                text += f"| {operation} | – | – |\n"
                continue
            tests = [kind for kind, is_tested in (
                ("unit", operation in unit_words),
                ("clients", bool(client_spellings(operation) & client_words))) if is_tested]
            text += f"| {operation} | yes | {', '.join(tests) or 'no'} |\n"
    return text


def main():
    text = page()
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text() != text:
            raise SystemExit("docs/api-coverage.md is not current; run `ninja api_coverage`")
        return
    PAGE.write_text(text)


if __name__ == "__main__":
    main()
