#!/usr/bin/python3
"""Holds the tree to the rules of ARCHITECTURE.md and CONTRIBUTING.md that a machine can check."""

import re
import sys
import unittest
from pathlib import Path
from typing import Dict, Set

sys.path.insert(0, str(Path(__file__).parent))

import cpp_source  # noqa: E402
import repository  # noqa: E402
from repository import ROOT, read  # noqa: E402

FILES = repository.tracked_files()
CPP = [name for name in FILES if re.match(r"(src|bench|tests|examples)/.*\.(cc|h)$", name)]
SRC = [name for name in CPP if name.startswith("src/")]

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
BEAST_UNITS_MAX = 6
ASIO_SOCKET_UNITS_MAX = 80


def exceptions() -> Dict[str, int]:
    entries = {}
    for line in read("tests/tidy/exceptions.txt").splitlines():
        if line.strip() and not line.startswith("#"):
            name, lines, reason = line.split(maxsplit=2)
            assert reason, line
            entries[name] = int(lines)
    return entries


def module_of(name: str) -> str:
    return name.split("/")[1]


class Modules(unittest.TestCase):
    maxDiff = None

    def test_table_and_build_file_name_the_same_modules_in_the_same_order(self):
        self.assertEqual(repository.modules_of_the_table(), repository.modules_in_build_order())

    def test_every_folder_is_in_the_table(self):
        folders = {module_of(name) for name in SRC}
        self.assertLessEqual(folders, set(repository.modules_of_the_table()))
        self.assertEqual(folders, set(repository.existing_modules()))

    def test_modules_use_only_modules_above_them(self):
        order = repository.modules_in_build_order()
        for module in repository.existing_modules():
            for declaration in repository.declarations(read(f"src/{module}/CMakeLists.txt")):
                if declaration.kind != "module":
                    continue
                for used in declaration.uses:
                    with self.subTest(module=module, used=used):
                        self.assertIn(used, order)
                        self.assertLess(order.index(used), order.index(module),
                                        "uses a module that is not above it in the table")

    def test_includes_are_what_the_build_file_names(self):
        known = set(repository.modules_in_build_order())
        for module in repository.existing_modules():
            cmake = read(f"src/{module}/CMakeLists.txt")
            declared = {source: declaration for declaration in repository.declarations(cmake)
                        for source in declaration.sources}
            library = {used for declaration in repository.declarations(cmake)
                       if declaration.kind == "module" for used in declaration.uses}
            for name in (n for n in SRC if module_of(n) == module):
                source = name.split("/", 2)[2]
                allowed = {module} | (set(declared[source].uses) if source in declared
                                      else library | self.uses_of_tests(cmake, source))
                for include in cpp_source.own_includes(read(name)):
                    other = include.split("/")[0]
                    if other in known and "/" in include:
                        with self.subTest(file=name, include=include):
                            self.assertIn(other, allowed)

    @staticmethod
    def uses_of_tests(cmake: str, source: str) -> Set[str]:
        """Headers that serve tests (their name says so) may use what the tests use."""
        if not re.search(r"(test|fuzz|bench|contract|fake|random|example|fixture|sample)", source):
            return set()
        return {used for declaration in repository.declarations(cmake)
                if declaration.kind != "module" for used in declaration.uses}

    def test_every_source_is_built(self):
        for module in repository.existing_modules():
            text = read(f"src/{module}/CMakeLists.txt")
            for name in (n for n in SRC if module_of(n) == module and n.endswith(".cc")):
                with self.subTest(file=name):
                    self.assertIn(name.split("/", 2)[2], text.split() + re.split(r"[\s()]+", text))

    def test_base_knows_no_asio(self):
        for name in (n for n in SRC if module_of(n) == "base"):
            self.assertNotIn("asio", " ".join(cpp_source.includes(read(name))), name)

    def test_only_server_looks_at_the_process(self):
        outside = re.compile(r"\b(getenv|secure_getenv|environ|argv)\b")
        for name in SRC:
            if module_of(name) == "server" or re.search(r"_(test|bench|fuzz)\.cc$", name):
                continue
            with self.subTest(file=name):
                self.assertIsNone(outside.search(cpp_source.without_text(read(name))))


class Shape(unittest.TestCase):
    def test_files_have_one_subject(self):
        allowed = exceptions()
        for name in CPP + [n for n in FILES if n.endswith((".py", ".mjs"))]:
            lines = read(name).count("\n")
            with self.subTest(file=name):
                self.assertLessEqual(lines, allowed.get(name, FILE_LINES_MAX))

    def test_functions_fit_a_page(self):
        allowed = exceptions()
        for name in CPP:
            for function in cpp_source.functions(read(name)):
                bound = allowed.get(f"{name}:{function.name}", FUNCTION_LINES_MAX)
                with self.subTest(function=f"{name}:{function.first_line} {function.name}"):
                    self.assertLessEqual(function.lines, bound)

    def test_exceptions_are_still_needed(self):
        for entry in exceptions():
            name, _, function = entry.partition(":")
            with self.subTest(entry=entry):
                self.assertIn(name, FILES)
                if function:
                    longest = max((f.lines for f in cpp_source.functions(read(name))
                                   if f.name == function), default=0)
                    self.assertGreater(longest, FUNCTION_LINES_MAX)
                else:
                    self.assertGreater(read(name).count("\n"), FILE_LINES_MAX)

    def test_names_say_something(self):
        empty = re.compile(r"(^|[/_.])(utils?|common|misc|helpers)([/_.]|$)")
        for name in FILES:
            self.assertIsNone(empty.search(name), name)
        for name in SRC:
            text = cpp_source.without_text(read(name))
            self.assertIsNone(re.search(r"namespace\s+\S*\b(utils?|common|misc|helpers)\b", text),
                              name)

    def test_headers_begin_with_what_they_are_for(self):
        for name in SRC:
            if name.endswith(".h"):
                with self.subTest(file=name):
                    self.assertTrue(read(name).startswith("//"))

    def test_heavy_templates_stay_fenced_in(self):
        self.assertLessEqual(len(units_that_include("boost/beast")), BEAST_UNITS_MAX)
        sockets = r"boost/asio/(ip/|ssl|local/|basic_.*socket|posix/|generic/)|boost/asio\.hpp"
        self.assertLessEqual(len(units_that_include(sockets)), ASIO_SOCKET_UNITS_MAX)


def units_that_include(pattern: str) -> Set[str]:
    """The .cc files that include a header of that path, themselves or through our headers."""
    direct = {name: cpp_source.includes(read(name)) for name in SRC}

    def reaches(name: str, seen: Set[str]) -> bool:
        seen.add(name)
        for include in direct.get(name, []):
            if re.match(pattern, include):
                return True
            if f"src/{include}" not in seen and reaches(f"src/{include}", seen):
                return True
        return False

    return {name for name in SRC if name.endswith(".cc") and reaches(name, set())}


class Text(unittest.TestCase):
    # Spelt apart so that this file does not hold them itself.
    UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK"])
                            + r")\b")
    MACHINE = re.compile(r"(^|[\s\"'=(:])/(wo" + r"rk|fa" + r"rm)/")

    def test_nothing_is_left_unfinished_or_tied_to_one_machine(self):
        for name in FILES:
            if name.endswith((".png", ".ico", "package-lock.json")) or "_corpus/" in name:
                continue
            for number, line in enumerate(read(name).splitlines(), 1):
                with self.subTest(place=f"{name}:{number}"):
                    self.assertIsNone(self.UNFINISHED.search(line))
                    self.assertIsNone(self.MACHINE.search(line))

    def test_tests_wait_for_conditions_and_never_sleep(self):
        sleeps = re.compile(r"\b(sleep_for|sleep_until\(std|usleep|nanosleep|time\.sleep)\b")
        for name in FILES:
            is_test = re.search(r"_test\.(cc|py)$", name) or name.startswith("tests/")
            if is_test and name.endswith((".cc", ".py")) and not name.startswith("tests/tidy/"):
                with self.subTest(file=name):
                    self.assertIsNone(sleeps.search(read(name)))

    def test_both_readmes_tell_the_same(self):
        names = ["README.md", "README.zh-CN.md"]
        if not all((ROOT / name).exists() for name in names):
            self.assertFalse(any((ROOT / name).exists() for name in names))
            return
        levels = [[len(mark) for mark in re.findall(r"^(#+) ", without_code(read(name)),
                                                    re.MULTILINE)] for name in names]
        self.assertEqual(levels[0], levels[1])

    def test_every_package_has_its_reason(self):
        listed = re.findall(r"^([a-z0-9][a-z0-9.+-]+)", read("packaging/debian-packages.txt"),
                            re.MULTILINE)
        reasons = read("docs/dependencies.md")
        for package in listed:
            with self.subTest(package=package):
                self.assertIn(f"`{package}`", reasons)

    def test_links_between_documents_lead_somewhere(self):
        for name in (n for n in FILES if n.endswith(".md")):
            for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", without_code(read(name))):
                with self.subTest(file=name, target=target):
                    self.assertTrue(((ROOT / name).parent / target).exists())


def without_code(markdown: str) -> str:
    return re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL)


if __name__ == "__main__":
    unittest.main(verbosity=1)
