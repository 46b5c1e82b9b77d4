#!/usr/bin/python3
"""What a server takes that has just started on a data directory of before.

usage: start_test.py GATEHOUSE [TESTS]"""

import pathlib
import re
import unittest

from client_test import GATEHOUSE, AuthorizerTest

RESIDENT_MAX_KB = 16 * 1024


def resident_kb(server) -> int:
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])


def is_sanitized() -> bool:
    return b"__asan_init" in pathlib.Path(GATEHOUSE).read_bytes()


class Start(AuthorizerTest):
    @unittest.skipIf(is_sanitized(), "memory of the sanitizer's own")
    def test_resident_memory_is_small_when_it_is_ready_and_everything_goes_on(self):
        self.device("before").connected()
        for _ in range(3):
            self.server.terminate()
            self.server.start()
            self.assertLess(resident_kb(self.server), RESIDENT_MAX_KB)
        self.device("after").connected()


if __name__ == "__main__":
    unittest.main()
