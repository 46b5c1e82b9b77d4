"""What the conformance tests share: one server for each profile, tests that run for each version of
the protocol and each profile that they hold for, and the names of the statements they prove.

A test file is run as `FILE GATEHOUSE [unittest's arguments]`."""

import pathlib
import sys

import wire
from peer import Peer

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "clients"))
from client_test import ClientTest  # noqa: E402

PROFILES = {"Open": ("--profile", "open"), "Aws": ("--profile", "aws")}
VERSIONS = {"311": wire.V311, "5": wire.V5}


def states(v311: str = "", v5: str = "", profiles: tuple[str, ...] = ("Open", "Aws")):
    """The statements that a test proves, by their numbers, `3.1.2-24 3.1.2-25`, for each version
    that it runs with (`-`: it runs, and no statement is its own). docs/conformance.md is made from
    these marks. `profiles`: where AWS IoT's documented behaviour differs, Open alone."""
    def mark(test):
        test.versions = [name for name, numbers in (("311", v311), ("5", v5)) if numbers]
        test.profiles = profiles
        return test
    return mark


def open_only(**numbers: str):
    """As `states`, of what AWS IoT does differently or not at all."""
    return states(**numbers, profiles=("Open",))


class ConformanceTest(ClientTest):
    version = wire.V5
    log_level = "info"

    def peer(self) -> Peer:
        made = Peer(self.server.ready["mqtt"], self.version)
        self.addCleanup(made.close)
        return made

    def name(self, part: str = "") -> str:
        """A client id or a topic's first level that is this test's own."""
        return f"{self._testMethodName[5:40]}{self.version}{part}"

    def client(self, part: str = "", **how) -> Peer:
        """A connected client."""
        made = self.peer()
        connack = made.connect(self.name(part), **how)
        self.assertEqual(connack.code, 0, connack)
        return made

    @property
    def is_v5(self) -> bool:
        return self.version == wire.V5

    def code(self, of_v5: int) -> int | None:
        """A reason code, which 3.1.1 cannot tell."""
        return of_v5 if self.is_v5 else None

    def lasting(self, seconds: int = 600) -> dict:
        """Arguments of CONNECT that make a session last, or find one that does."""
        how = {"clean": False}
        return how | {"props": {"session_expiry": seconds}} if self.is_v5 else how


def matrix(names: dict, *mixins: type) -> None:
    """Adds to a module a test case for each mixin, profile and version."""
    for mixin in mixins:
        tests = {name: test for name, test in vars(mixin).items() if name.startswith("test_")}
        for profile, flags in PROFILES.items():
            for title, version in VERSIONS.items():
                left_out = {name: None for name, test in tests.items()
                            if title not in test.versions or profile not in test.profiles}
                if len(left_out) == len(tests):
                    continue
                name = f"{mixin.__name__}{profile}{title}"
                names[name] = type(name, (mixin, ConformanceTest), {
                    "flags": ("--allow-anonymous", *flags), "version": version,
                    "__module__": mixin.__module__, **left_out})
