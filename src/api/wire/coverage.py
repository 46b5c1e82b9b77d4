#!/usr/bin/python3
"""Writes docs/api-coverage.md: which operations of each service are implemented and tested.

`coverage.py` writes the page, `coverage.py --check` fails when it is not current. An operation is
implemented when SERVICE/*_service.cc or *_operations.cc has a handler for it, tested when a test
names it or asks for its path: in src/api (C++), or in tests/clients (real clients, by any of the
spellings they use).
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
client (found by the operation's name or path). This page is generated: `ninja api_coverage` (a test checks that it is current).
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


def texts(folder, patterns):
    """What stands in the tests; what they install from npm is none."""
    for pattern in patterns:
        for path in sorted(folder.rglob(pattern)):
            if "node_modules" not in path.parts:
                yield path.read_text(errors="replace")


def words(folder, patterns):
    found = set()
    for text in texts(folder, patterns):
        found |= set(re.findall(r"[A-Za-z0-9_-]+", text))
    return found


def requests(folder, patterns):
    """(method or None, path) of each text in the tests that is a path; a part of it that is computed
    is an X."""
    found = set()
    for text in texts(folder, patterns):
        for statement in re.split(r";\n|\)\n", text):
            joined = re.sub(r'" \+ [^"]*? \+\s+"|\{[^}"]*\}', "X", statement)
            joined = re.sub(r'/" \+', '/X"', joined)
            method = re.search(r'"(GET|POST|PUT|DELETE|PATCH)"', joined)
            found |= {(method and method[1], target)
                      for target in re.findall(r'"(/[^"?\s]*)', joined)}
    return found


def is_asked(operation, asked):
    http = operation.get("http", {})
    if http.get("requestUri", "/") == "/":
        return False
    path = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(http["requestUri"].split("?")[0]))
    # Tests of our own service leave out what all of its paths begin with.
    path = re.compile(re.sub("^/gatehouse/v1", "(/gatehouse/v1)?", path))
    return any((method or "GET") == http["method"] and path.fullmatch(target)
               for method, target in asked)


def client_spellings(name):
    snake = model.snake(name)
    return {name, snake, snake.replace("_", "-"), name[0].lower() + name[1:] + "Command"}


def page():
    clients = (ROOT / "tests" / "clients", ["*.py", "*.js", "*.mjs", "*.sh"])
    client_words, client_requests = words(*clients), requests(*clients)
    text = HEAD
    for name in model.SERVICES:
        service = model.load(name)
        done = implemented(service)
        units = (ROOT / "src" / "api" / name, ["*_test.cc"])
        unit_words, unit_requests = words(*units), requests(*units)
        text += (f"\n## {service.full_name} (`{name}`): {len(done)} of "
                 f"{len(service.operations)}\n\n| operation | implemented | tested |\n|---|---|---|\n")
        for operation in sorted(service.operations, key=lambda o: (o not in done, o)):
            if operation not in done:
                text += f"| {operation} | – | – |\n"
                continue
            described = service.operations[operation]
            tests = [kind for kind, is_tested in (
                ("unit", operation in unit_words or is_asked(described, unit_requests)),
                ("clients", bool(client_spellings(operation) & client_words)
                 or is_asked(described, client_requests))) if is_tested]
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
