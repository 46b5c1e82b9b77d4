#!/usr/bin/python3
"""The clock on the wall jumps, while the server runs and while it is away.

usage: clock_test.py GATEHOUSE [TESTS]"""

import json
import pathlib
import sys
import time
import unittest
import urllib.request

for folder in ("clients", "conformance"):
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / folder))

import wire  # noqa: E402
from client_test import GATEHOUSE, ClientTest, wait_until  # noqa: E402
from gatehouse_server import Server  # noqa: E402
from peer import Peer  # noqa: E402

HOUR, DAY = 3600, 86400
KEEP_ALIVE_TIMEOUT = 0x8D


def preload() -> str:
    """libfaketime, of Debian's package."""
    found = sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    assert found, "libfaketime of Debian's package faketime"
    return str(found[0])


class ShiftedServer(Server):
    """Its wall clock is as far from the machine's as a file says; its steady clock is true."""

    def start(self) -> None:
        if not self.shift_file().exists():
            self.shift_file().write_text("+0", encoding="ascii")
        super().start()

    def shift_file(self) -> pathlib.Path:
        return self.data_dir.path / "shift"

    def environment(self) -> dict[str, str]:
        return Server.environment() | {
            "LD_PRELOAD": preload(), "FAKETIME_TIMESTAMP_FILE": str(self.shift_file()),
            "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}

    def shift(self, seconds: int) -> None:
        new = self.data_dir.path / "shift.new"
        new.write_text(f"{seconds:+d}", encoding="ascii")
        new.rename(self.shift_file())

    def shifted_by(self) -> float:
        """What a running server takes the time to be, less what it is."""
        status = json.loads(self.gatehouse("status", "--json").stdout)
        return status["time"] - time.time()


class ClockTest(ClientTest):
    flags = ("--allow-anonymous", "--profile", "open", "--metrics-port", "0")

    @classmethod
    def setUpClass(cls):
        """Each test begins with a server of its own."""

    def begin(self) -> None:
        self.server = ShiftedServer(GATEHOUSE, "--log-level", "info", *self.flags)
        self.addClassCleanup(self.server.stop)  # what it said is shown after the test
        self.publisher = self.connect("publisher")

    def connect(self, client_id: str, expiry: int = 0, **how) -> Peer:
        peer = Peer(self.server.ready["mqtt"], wire.V5)
        self.addCleanup(peer.close)
        props = {"session_expiry": expiry} if expiry else {}
        self.connack = peer.connect(client_id, clean=not expiry, props=props, **how)
        self.assertEqual(self.connack.code, 0)
        return peer

    def sleeper(self, client_id: str, expiry: int, *topics: str, **how) -> None:
        """A session whose client is away; what is published from now on finds it so."""
        peer = self.connect(client_id, expiry, **how)
        self.assertEqual(peer.subscribe(*topics), [1] * len(topics))
        if "will" in how:
            peer.drop()
        else:
            peer.goodbye()

    def publish(self, topic: str, payload: bytes, expiry: int = 0, **how) -> None:
        props = {"message_expiry": expiry} if expiry else {}
        self.assertEqual(self.publisher.publish(topic, payload, qos=1, props=props, **how), 0)

    def jump(self, seconds: int) -> None:
        self.server.shift(seconds)
        wait_until(lambda: abs(self.server.shifted_by() - seconds) < 60, "the server's clock jumped")


class WhileItRuns(ClockTest):
    """Whatever ends after a while ends after so much of steady time."""

    def check(self, jump: int) -> None:
        self.begin()
        watcher = self.connect("watcher")
        watcher.subscribe("wills/+")
        self.sleeper("sleeper", 600, "deep/+")
        self.sleeper("patient", 600, "none", will=wire.Will("wills/patient", props={"will_delay": 300}))
        quiet = self.connect("quiet", keep_alive=60)
        hasty = self.connect("hasty", keep_alive=2)
        self.publish("deep/x", b"short", expiry=1)
        self.publish("deep/x", b"long", expiry=600)
        self.publish("kept/x", b"long", expiry=600, retain=True)
        # The will of a session that ends before its delay is over tells that it has ended.
        self.sleeper("ends", 2, "none", will=wire.Will("wills/ends", props={"will_delay": 300}))
        self.sleeper("dies", 600, "none", will=wire.Will("wills/dies", props={"will_delay": 2}))
        self.jump(jump)
        hasty.expect_closed(KEEP_ALIVE_TIMEOUT)
        self.assertEqual({watcher.message().topic for _ in range(2)}, {"wills/ends", "wills/dies"})
        # The short ones are over, and nothing else is.
        watcher.expect_quiet()
        quiet.expect_quiet()
        self.publish("deep/x", b"after")
        sleeper = self.connect("sleeper", 600)
        self.assertTrue(self.connack.session_present)
        got = [sleeper.message() for _ in range(2)]
        self.assertEqual([one.payload for one in got], [b"long", b"after"])
        self.assertIn(got[0].props["message_expiry"], range(540, 601))
        reader = self.connect("reader")
        reader.subscribe("kept/x")
        self.assertIn(reader.message().props["message_expiry"], range(540, 601))
        self.connect("ends", 600)
        self.assertFalse(self.connack.session_present)
        self.connect("patient", 600)
        self.assertTrue(self.connack.session_present)

    def test_forward_a_day(self):
        self.check(DAY)

    def test_back_an_hour(self):
        self.check(-HOUR)


class WhileItIsAway(ClockTest):
    """Sessions and messages end by the clock on the wall."""

    def restart(self, how: str, shift: int) -> None:
        if how == "kill":
            self.server.kill()
        else:
            self.assertEqual(self.server.terminate(), 0)
        self.server.shift(shift)
        self.server.start()
        self.assertLess(abs(self.server.shifted_by() - shift), 60)
        self.publisher = self.connect("publisher")

    def prepare(self) -> None:
        self.begin()
        self.sleeper("hours", 2 * HOUR, "deep/+")
        self.sleeper("days", 2 * DAY, "deep/+", "days/+",
                     will=wire.Will("wills/days", qos=1, props={"will_delay": 3 * HOUR}))
        self.sleeper("heir", 3 * DAY, "wills/+")
        self.publish("days/x", b"an hour", expiry=HOUR)
        self.publish("deep/x", b"long")
        self.publish("kept/hour", b"an hour", expiry=HOUR, retain=True)
        self.publish("kept/long", b"1", retain=True)
        # On disk like those before it: the sessions ended their connections before.
        self.publish("deep/x", b"last")

    def messages(self, client_id: str, last: bytes) -> list[bytes]:
        """What had waited, up to the last one."""
        peer = self.connect(client_id, 3 * DAY)
        self.assertTrue(self.connack.session_present, client_id)
        got: list[bytes] = []
        while last not in got:
            got.append(peer.message().payload)
        peer.expect_quiet()
        peer.goodbye()
        return got

    def retained(self, name: str) -> list[bytes]:
        reader = self.connect(name)
        reader.subscribe("kept/+")
        reader.send(wire.packet(wire.PINGREQ))
        reader.expect(wire.PINGRESP)
        return sorted(one.payload for one in reader.waiting)

    def test_back_an_hour(self):
        for how in ("kill", "terminate"):
            with self.subTest(how=how):
                self.prepare()
                self.restart(how, -HOUR)
                # New ones come after those that bear a later time, and replace them.
                self.publish("deep/x", b"new")
                self.publish("kept/long", b"2", retain=True)
                self.restart(how, -2 * HOUR)
                self.assertEqual(self.messages("hours", b"new"), [b"long", b"last", b"new"])
                self.assertEqual(self.messages("days", b"new"),
                                 [b"an hour", b"long", b"last", b"new"])
                self.publish("wills/none", b"no will came before")
                self.assertEqual(self.messages("heir", b"no will came before"),
                                 [b"no will came before"])
                self.assertEqual(self.retained("reader"), [b"2", b"an hour"])

    def test_forward_a_day(self):
        for how in ("kill", "terminate"):
            with self.subTest(how=how):
                self.prepare()
                self.restart(how, DAY)
                wait_until(lambda: self.sessions() == 3, "'hours' ends; 'publisher' is the third")
                self.assertEqual(self.messages("days", b"last"), [b"long", b"last"])
                self.assertEqual(self.messages("heir", b"gone"), [b"gone"])
                self.connect("hours", HOUR)
                self.assertFalse(self.connack.session_present)
                self.assertEqual(self.retained("reader"), [b"1"])

    def test_a_message_of_many_sessions_is_over_for_all_of_them(self):
        self.begin()
        # After the restart they may live on other loops than they did before.
        names = [f"many{number}" for number in range(8)]
        for name in names:
            self.sleeper(name, 2 * DAY, "deep/+")
        self.publish("deep/x", b"an hour", expiry=HOUR)
        self.publish("deep/x", b"last")
        self.assertEqual(self.server.terminate(), 0)
        self.server.shift(DAY)
        self.server.start()
        self.assertEqual({name: self.messages(name, b"last") for name in names},
                         {name: [b"last"] for name in names})

    def sessions(self) -> int:
        url = f"http://127.0.0.1:{self.server.ready['metrics']}/metrics"
        with urllib.request.urlopen(url, timeout=30) as page:
            (line,) = [line for line in page.read().decode().splitlines()
                       if line.startswith("gatehouse_sessions ")]
        return int(float(line.rpartition(" ")[2]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
