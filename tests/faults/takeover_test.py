#!/usr/bin/python3
"""Connections that steal a client id from one another while messages come: nothing acknowledged is
lost, nothing comes twice as new, and every theft is told of.

usage: takeover_test.py GATEHOUSE [TESTS]"""

import collections
import itertools
import json
import pathlib
import random
import sys
import threading
import time
import unittest

for folder in ("clients", "conformance"):
    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / folder))

import wire  # noqa: E402
from client_test import ClientTest, wait_until  # noqa: E402
from peer import WAIT_SECONDS, Closed, Peer  # noqa: E402

PRESENCE = "$aws/events/presence"
SESSION_TAKEN_OVER = 0x8E
THIEVES = 3
THEFTS = 120     # of each id
WINDOW = 20      # unacknowledged messages of a publisher
PATIENCE = 30    # a thief lets at most so many messages go to others first
PING = wire.packet(wire.PINGREQ)


def lasting(version: int) -> dict:
    return {"clean": False} | ({"props": {"session_expiry": 600}} if version == wire.V5 else {})


class Holding:
    """One connection of a contested id, and what came through it."""

    def __init__(self):
        self.asked_at = time.monotonic()  # CONNECT was not sent yet
        self.held_at = 0.0                # CONNACK was there
        self.alive_at = 0.0               # when a PINGREQ was sent that was answered
        self.got: list[tuple[str, int, bool]] = []  # topic, number, DUP
        self.settled: set[tuple[str, int]] = set()  # the server has their PUBACK
        self.end: wire.Packet | None = None         # its DISCONNECT


class Prize:
    """A client id that several connections want."""

    def __init__(self, port: int, client_id: str, version: int):
        self.port, self.client_id, self.version = port, client_id, version
        self.holdings: list[Holding] = []
        self.received: set[tuple[str, int]] = set()
        self.moved = threading.Condition()
        self.open: set[Peer] = set()
        self.thefts = itertools.count(1)
        self.problems: list[str] = []

    def steal(self, seed: str) -> None:
        """A thief: takes the id, keeps it until it is robbed, lets others have some, again."""
        choose = random.Random(seed)
        try:
            while (theft := next(self.thefts)) <= THEFTS:
                # One of the last stays, and acknowledges all that it gets.
                is_early = theft <= THEFTS - THIEVES
                self.hold(choose.choice((1, 1, 7)) if is_early else 1)
                if is_early:
                    self.let_others_have(choose.randrange(PATIENCE))
        except (AssertionError, OSError) as error:
            self.problems.append(f"{seed}: {error!r}")

    def let_others_have(self, count: int) -> None:
        with self.moved:
            enough = len(self.received) + count
            assert self.moved.wait_for(lambda: len(self.received) >= enough, WAIT_SECONDS)

    def hold(self, batch: int) -> None:
        """`batch`: so many messages are acknowledged at once."""
        holding = Holding()
        peer = Peer(self.port, self.version)
        try:
            connack = peer.connect(self.client_id, **lasting(self.version))
            assert connack.code == 0 and connack.session_present, connack
            holding.held_at = time.monotonic()
            with self.moved:
                self.holdings.append(holding)
                self.open.add(peer)
            self.receive_until_robbed(peer, holding, batch)
        finally:
            self.open.discard(peer)
            peer.close()

    def receive_until_robbed(self, peer: Peer, holding: Holding, batch: int) -> None:
        unacknowledged: list[tuple[int, tuple[str, int]]] = []
        asked: list[tuple[float, list[tuple[str, int]]]] = []  # for each PINGREQ
        try:
            while holding.end is None:
                got = peer.receive()
                if got.kind == wire.DISCONNECT:
                    holding.end = got
                elif got.kind == wire.PINGRESP:
                    holding.alive_at, messages = asked.pop(0)
                    holding.settled.update(messages)
                else:
                    assert got.kind == wire.PUBLISH and got.qos == 1, got
                    message = (got.topic, int(got.payload))
                    holding.got.append((*message, got.dup))
                    unacknowledged.append((got.packet_id, message))
                    if len(unacknowledged) == batch:
                        asked.append((time.monotonic(), [one for _, one in unacknowledged]))
                        peer.send(b"".join(wire.acknowledge(self.version, wire.PUBACK, packet_id)
                                           for packet_id, _ in unacknowledged) + PING)
                        self.note(one for _, one in unacknowledged)
                        unacknowledged.clear()
            peer.expect_end()
        except (Closed, BrokenPipeError, ConnectionResetError):
            pass

    def note(self, messages) -> None:
        """What was not acknowledged is as good as lost."""
        with self.moved:
            self.received.update(messages)
            self.moved.notify_all()


class Sequence:
    """A publisher of numbers, and what was acknowledged to it."""

    def __init__(self, port: int, topic: str, version: int):
        self.port, self.topic, self.version = port, topic, version
        self.acknowledged: list[int] = []
        self.problems: list[str] = []

    def run(self, stop: threading.Event) -> None:
        try:
            peer = Peer(self.port, self.version)
            assert peer.connect(f"source-{self.topic.replace('/', '-')}").code == 0
            number = 0
            while not stop.is_set():
                ids = [peer.next_id() for _ in range(WINDOW)]
                peer.send(b"".join(
                    wire.publish(self.version, self.topic, str(number + i).encode(), qos=1,
                                 packet_id=packet_id) for i, packet_id in enumerate(ids)))
                for packet_id in ids:
                    got = peer.expect(wire.PUBACK)
                    assert (got.packet_id, got.code) == (packet_id, 0), got
                    self.acknowledged.append(number)
                    number += 1
            peer.goodbye()
        except (AssertionError, OSError, Closed) as error:
            self.problems.append(f"{self.topic}: {error!r}")


class Watcher:
    """What is told on $aws/events/presence, by client id."""

    def __init__(self, port: int):
        self.peer = Peer(port, wire.V5)
        assert self.peer.connect("watcher").code == 0
        assert self.peer.subscribe(f"{PRESENCE}/+/+") == [1]
        self.connected: dict[str, list[dict]] = collections.defaultdict(list)
        self.disconnected: dict[str, list[dict]] = collections.defaultdict(list)

    def run(self) -> None:
        try:
            while True:
                got = self.peer.message()
                event = json.loads(got.payload)
                assert got.topic == f"{PRESENCE}/{event['eventType']}/{event['clientId']}", got
                getattr(self, event["eventType"])[event["clientId"]].append(event)
        except (AssertionError, OSError):
            pass  # it was told to leave


class Takeover(ClientTest):
    # Few in flight, so that some of what a thief gets was sent before and some has waited.
    flags = ("--allow-anonymous", "--profile", "aws", "--limits-in-flight-outbound-max", "10")
    log_level = "info"

    def make_session(self, prize: Prize) -> None:
        """Its subscriptions are on disk before anybody publishes."""
        peer = Peer(prize.port, prize.version)
        self.assertEqual(peer.connect(prize.client_id, **lasting(prize.version)).code, 0)
        self.assertEqual(peer.subscribe(f"{prize.client_id}/+"), [1])
        peer.goodbye()

    def start(self, *works) -> list[threading.Thread]:
        threads = [threading.Thread(target=work, args=words) for work, *words in works]
        for thread in threads:
            thread.start()
            self.addCleanup(thread.join)
        return threads

    def test_ids_are_stolen_while_messages_come(self):
        port = self.server.ready["mqtt"]
        prizes = [Prize(port, f"prize{number}", version)
                  for number, version in enumerate((wire.V5, wire.V311) * 2)]
        sequences = [Sequence(port, f"{prize.client_id}/{version}", version)
                     for prize in prizes for version in (wire.V311, wire.V5)]
        watcher = Watcher(port)
        self.start((watcher.run,))
        self.addCleanup(lambda: watcher.peer.send(wire.disconnect(wire.V5)))
        for prize in prizes:
            self.make_session(prize)
        stop = threading.Event()
        publishers = self.start(*((sequence.run, stop) for sequence in sequences))
        self.addCleanup(stop.set)
        thieves = self.start(*((prize.steal, f"{prize.client_id}-thief-{number}")
                               for prize in prizes for number in range(THIEVES)))
        self.settle(prizes, sequences, thieves, publishers, stop)
        for prize in prizes:
            with self.subTest(client_id=prize.client_id, version=prize.version):
                self.assertEqual(len(prize.holdings), THEFTS)
                self.assert_messages(prize)
                self.assert_one_at_a_time(prize)
                self.assert_told(prize, watcher)

    def test_version_numbers_of_a_lasting_session_go_on_after_a_restart(self):
        def connect_and_watch() -> None:
            watcher = Watcher(self.server.ready["mqtt"])
            self.start((watcher.run,))
            for _ in range(5):
                self.make_session(Prize(self.server.ready["mqtt"], "lasts", wire.V5))
            wait_until(lambda: len(watcher.disconnected["lasts"]) == 5, "all events")
            watcher.peer.send(wire.disconnect(wire.V5))
            versions.extend(event["versionNumber"] for event in watcher.connected["lasts"])
        versions: list[int] = []
        connect_and_watch()
        self.assertEqual(self.server.terminate(), 0)
        self.server.start()
        connect_and_watch()
        self.assertEqual(versions, sorted(set(versions)))

    def settle(self, prizes, sequences, thieves, publishers, stop) -> None:
        """The thieves come to their end, then the publishers; who holds an id then gets the rest."""
        wait_until(lambda: sum(thread.is_alive() for thread in thieves) <= len(prizes),
                   "all thieves but the last holders are done")
        stop.set()
        for thread in publishers:
            thread.join()
        for work in (*sequences, *prizes):
            self.assertEqual(work.problems, [])
        for prize in prizes:
            sent = {(one.topic, number) for one in sequences for number in one.acknowledged
                    if one.topic.startswith(prize.client_id)}
            with prize.moved:
                prize.moved.wait_for(lambda: prize.received >= sent, WAIT_SECONDS)  # noqa: B023
            self.assertEqual(sorted(sent - prize.received), [], f"lost for {prize.client_id}")
            (holder,) = prize.open
            holder.send(wire.disconnect(prize.version))
        for thread in thieves:
            thread.join()
        for prize in prizes:
            heir = Peer(prize.port, prize.version)
            self.assertTrue(heir.connect(prize.client_id, **lasting(prize.version)).session_present)
            heir.expect_quiet()
            heir.goodbye()

    def assert_messages(self, prize: Prize) -> None:
        as_new = collections.Counter(
            one[:2] for holding in prize.holdings for one in holding.got if not one[2])
        self.assertEqual([one for one, count in as_new.items() if count > 1], [], "twice as new")
        for holding in prize.holdings:
            repeated = [dup for _, _, dup in holding.got]
            self.assertEqual(repeated, sorted(repeated, reverse=True), "what was sent before is first")
            for topic in {one[0] for one in holding.got}:
                numbers = [one[1] for one in holding.got if one[0] == topic]
                self.assertEqual(numbers, sorted(set(numbers)), "the order of a connection")
            for later in prize.holdings:
                if holding.held_at < later.asked_at:
                    again = holding.settled & {one[:2] for one in later.got}
                    self.assertEqual(again, set(), "the server knew that they were received")

    def assert_one_at_a_time(self, prize: Prize) -> None:
        """Who was there before another one came is not answered once that one is in."""
        for robber in prize.holdings:
            for victim in prize.holdings:
                if victim.held_at < robber.asked_at:
                    self.assertLess(victim.alive_at, robber.held_at)
        if prize.version == wire.V5:
            codes = collections.Counter(one.end.code for one in prize.holdings if one.end)
            self.assertEqual(codes, {SESSION_TAKEN_OVER: len(prize.holdings) - 1})

    def assert_told(self, prize: Prize, watcher: Watcher) -> None:
        connected = watcher.connected[prize.client_id]
        disconnected = watcher.disconnected[prize.client_id]
        count = len(prize.holdings) + 2  # who made the session, and the heir
        wait_until(lambda: min(len(connected), len(disconnected)) >= count, "all events")

        def name(event: dict) -> tuple[int, str]:
            return event["versionNumber"], event["sessionIdentifier"]
        self.assertEqual(len(connected), count)
        self.assertEqual(sorted(map(name, connected)), sorted(map(name, disconnected)))
        versions = [event["versionNumber"] for event in connected]
        self.assertEqual(versions, sorted(set(versions)), "each connection has a higher number")
        self.assertEqual(len({event["sessionIdentifier"] for event in connected}), count)
        reasons = [event["disconnectReason"] for event in sorted(disconnected, key=name)]
        left = ["CLIENT_INITIATED_DISCONNECT"]
        self.assertEqual(reasons, left + ["DUPLICATE_CLIENTID"] * (count - 3) + left * 2)
        self.assertEqual({event["clientInitiatedDisconnect"] for event in disconnected
                          if event["disconnectReason"] == "DUPLICATE_CLIENTID"}, {False})


if __name__ == "__main__":
    unittest.main(verbosity=2)
