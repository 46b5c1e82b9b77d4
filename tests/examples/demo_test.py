#!/usr/bin/python3
"""examples/demo/run where the profile tells a refused device nothing, and what it shows of a log.

usage: demo_test.py SOURCE_DIR GATEHOUSE"""

import importlib.machinery
import importlib.util
import os
import pathlib
import subprocess
import sys
import unittest

SOURCE, GATEHOUSE = pathlib.Path(sys.argv[1]), sys.argv[2]
sys.argv[1:] = []
DEMO = SOURCE / "examples" / "demo" / "run"


def demo_module():
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("demo", str(DEMO))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("demo", loader))
    loader.exec_module(module)
    return module


class Demo(unittest.TestCase):
    def test_in_aws_strict(self):
        run = subprocess.run([DEMO, "--once", "--gatehouse", GATEHOUSE], timeout=120,
                             env={**os.environ, "GATEHOUSE_PROFILE": "aws-strict"},
                             capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn("answered isAuthenticated: false", run.stdout)

    def test_a_record_that_is_not_shown_takes_its_lines_along(self):
        shown = demo_module().records(lambda line: "Server.Notice" not in line)
        log = ["2026-11-29 09:59:59.999 warning Server.Notice",
               "  this process may open 20000 descriptors",
               "2026-11-29 09:59:59.999 refused Connect  client x",
               "  why"]
        self.assertEqual([line for line in log if shown(line)], log[2:])


if __name__ == "__main__":
    unittest.main(verbosity=1)
