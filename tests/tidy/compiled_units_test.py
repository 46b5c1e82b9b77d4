#!/usr/bin/python3
"""Which units `./dev lint` looks at."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import compiled_units  # noqa: E402


class CompiledUnits(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name in ("a.cc", "b.cc", "alone.cc", "fuzzer.cc"):
            (self.root / name).touch()
        unity = self.root / "x.dir" / "Unity"
        unity.mkdir(parents=True)
        self.together = unity / "unity_0_cxx.cxx"
        self.together.write_text(
            f'/* generated */\n#include "{self.root}/a.cc"\n\n#include "{self.root}/b.cc"\n')
        self.database = [{"directory": str(self.root), "file": "alone.cc"},
                         {"directory": "/", "file": str(self.together)}]

    def units(self, *names):
        return compiled_units.units_with(self.database, [self.root / name for name in names])

    def test_of_sources_compiled_together_the_unit(self):
        self.assertEqual(self.units("b.cc"), [str(self.together)])
        self.assertEqual(self.units("a.cc", "b.cc"), [str(self.together)])

    def test_of_a_source_alone_itself(self):
        self.assertEqual(self.units("alone.cc"), [str(self.root / "alone.cc")])

    def test_of_what_is_not_in_the_build_nothing(self):
        self.assertEqual(self.units("fuzzer.cc"), [])


if __name__ == "__main__":
    unittest.main()
