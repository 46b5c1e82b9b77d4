#!/usr/bin/python3
"""Writes docs/conformance.md from the statements of both specifications and the tests that name
them, or checks that it is as it would be written.

usage: conformance_page.py [--check]"""

import ast
import pathlib
import re
import sys
from dataclasses import dataclass, field

HERE = pathlib.Path(__file__).parent
PAGE = HERE.parent.parent / "docs/conformance.md"
VERSIONS = {"311": ("v311", "MQTT 3.1.1"), "5": ("v5", "MQTT 5")}
INTRODUCTION = """# Conformance

<!-- Written by tests/conformance/conformance_page.py; change the tests or the statements instead. -->

Every normative statement of MQTT 3.1.1 and MQTT 5, in short and in our own words, and the tests in
`tests/conformance` that prove it against the running program, over TCP and byte by byte. A statement
with *open* is proved in profile `open` alone, since AWS IoT, and so profile `aws`, does otherwise or
does not have it; see [the limits and deviations](reference/settings.md). Statements that bind
clients alone are listed and have no test.

| Specification | Statements | For servers | With a test | Without, for a reason |
|---|---:|---:|---:|---:|
"""


@dataclass
class Statement:
    number: str
    binds_server: bool
    text: str
    excuse: str
    tests: list[str] = field(default_factory=list)


def statements(version: str) -> dict[str, Statement]:
    found = {}
    for line in (HERE / f"statements_{version}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        number, whom, rest = line.split(" ", 2)
        assert whom in ("server", "client"), line
        assert number not in found, line
        text, _, excuse = rest.partition(" | ")
        found[number] = Statement(number, whom == "server", text, excuse)
    return found


def marks():
    """(file, test, argument of the mark, its numbers, whether profile open alone) of each mark."""
    for path in sorted(HERE.glob("*_test.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            for call in node.decorator_list:
                if isinstance(call, ast.Call) and call.func.id in ("states", "open_only"):
                    for word in call.keywords:
                        if word.arg != "profiles":
                            yield (path.stem.removesuffix("_test"), node.name.removeprefix("test_"),
                                   word.arg, ast.literal_eval(word.value).split(),
                                   call.func.id == "open_only")


def collect() -> tuple[dict[str, dict[str, Statement]], list[str]]:
    """The statements with their tests, and what is wrong with them."""
    known = {argument: statements(version) for version, (argument, _) in VERSIONS.items()}
    problems = []
    for file, test, argument, numbers, is_open in marks():
        for number in numbers:
            if number == "-":
                continue
            if number not in known[argument]:
                problems.append(f"{file}_test.py: {test}: there is no statement {number}")
                continue
            known[argument][number].tests.append(f"{file}: {test}" + (" (*open*)" if is_open else ""))
    for argument, all_of_them in known.items():
        for one in all_of_them.values():
            if one.binds_server and not one.tests and not one.excuse:
                problems.append(f"{argument}: {one.number} has no test: {one.text}")
            if one.excuse and one.tests:
                problems.append(f"{argument}: {one.number} has a test, and an excuse")
    return known, problems


def escaped(text: str) -> str:
    return re.sub(r"([$|#+_])", r"\\\1", text)


def page(known: dict[str, dict[str, Statement]]) -> str:
    text = INTRODUCTION
    for argument, title in VERSIONS.values():
        all_of_them = list(known[argument].values())
        servers = [one for one in all_of_them if one.binds_server]
        text += (f"| {title} | {len(all_of_them)} | {len(servers)} "
                 f"| {sum(bool(one.tests) for one in servers)} "
                 f"| {sum(bool(one.excuse) for one in servers)} |\n")
    for argument, title in VERSIONS.values():
        text += f"\n## {title}\n\n| | Statement | Tests |\n|---|---|---|\n"
        for one in known[argument].values():
            proof = ", ".join(dict.fromkeys(one.tests)) or one.excuse or "binds clients"
            proof = re.sub(r"(\w+): (\w+)", r"`\1: \2`", proof) if one.tests else escaped(proof)
            text += f"| {one.number} | {escaped(one.text)} | {proof} |\n"
    return text


def main() -> int:
    known, problems = collect()
    for problem in problems:
        print(problem, file=sys.stderr)
    if "--check" not in sys.argv:
        PAGE.write_text(page(known), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page(known):
        problems.append("stale")
        print("docs/conformance.md is not what tests/conformance/conformance_page.py writes",
              file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
