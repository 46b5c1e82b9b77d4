"""What a delivered message costs: pairs, fan-out, fan-in, TLS, low rates."""

import dataclasses
from typing import Optional, Tuple

from generator import calls_a_message, load
from rows import LIMIT, MOSQUITTO, OURS, Bar, Row

AWS = "aws profile"
LOW_RATE_ROUNDS = 15


@dataclasses.dataclass(frozen=True)
class Case:
    title: str
    arguments: Tuple
    limit_bar: float
    mosquitto_bar: Optional[float] = None
    scenario: str = "pairs"
    door: str = "mqtt"
    tls: Tuple = ()
    limit: str = "framed relay"
    calls_bar: Optional[float] = None
    allocations_bar: Optional[float] = None
    with_aws: bool = False
    low_rate: bool = False

    def rounds(self, wanted):
        return max(wanted, LOW_RATE_ROUNDS) if self.low_rate else wanted

    def arguments_with(self, milliseconds):
        return (*self.arguments, *self.tls, "--ms", milliseconds)


TLS = ("--tls", 1, "--alpn", "mqtt")
CASES = {
    "qos0": Case("QoS 0, 100 pairs", ("--qos", 0), 2.5, 0.035, calls_bar=0.05, allocations_bar=1,
                 with_aws=True),
    "qos1": Case("QoS 1, 100 pairs", ("--qos", 1), 2.5, 0.025, calls_bar=0.05, allocations_bar=1,
                 with_aws=True),
    "1k": Case("QoS 0, 1 KiB, 100 pairs", ("--bytes", 1024), 1.5, 0.055),
    "tls": Case("QoS 0, TLS 1.3, 100 pairs", (), 2.5, 0.05, door="tls", tls=TLS,
                limit="raw TLS relay"),
    "fan-out": Case("QoS 0, 1 → 500", ("--clients", 500), 2, 0.03, scenario="fan-out"),
    "fan-in": Case("QoS 0, 500 → 1", ("--clients", 500), 3, 0.03, scenario="fan-in"),
    "low-qos0": Case("QoS 0, 5,000/s over 100 pairs", ("--rate", 5000), 1.4, calls_bar=3,
                     with_aws=True, low_rate=True),
    "low-qos1": Case("QoS 1, 5,000/s over 100 pairs", ("--qos", 1, "--rate", 5000), 1.4,
                     calls_bar=3, with_aws=True, low_rate=True),
}


def rows_of(name):
    case = CASES[name]
    bars = [Bar(case.limit_bar, to=LIMIT)]
    if case.mosquitto_bar:
        bars.append(Bar(case.mosquitto_bar, to=MOSQUITTO))
    rows = [Row(name, case.title, "CPU, µs a message", case.limit, tuple(bars),
                with_interval=case.low_rate)]
    if case.low_rate:
        rows.append(Row(f"{name} p50", case.title, "latency p50, µs", case.limit,
                        (Bar(1, to=MOSQUITTO),), with_interval=True))
    if case.with_aws:
        rows.append(Row(f"{name} aws", f"{case.title}, profile aws", "CPU, µs a message",
                        "profile open", (Bar(1.1, to=LIMIT),), with_interval=case.low_rate))
    if case.calls_bar:
        rows.append(Row(f"{name} calls", case.title, "system calls a message", case.limit,
                        (Bar(case.calls_bar),)))
    if case.allocations_bar:
        rows.append(Row(f"{name} allocations", case.title, "allocations a message",
                        bars=(Bar(case.allocations_bar),)))
    return rows


def measure(bench, results, wanted, plan):
    """`wanted`: names of CASES."""
    cases = {name: CASES[name] for name in wanted}
    relay, ours, peer = bench.relay(), bench.gatehouse(), bench.mosquitto()
    compared = {LIMIT: relay, OURS: ours, MOSQUITTO: peer}
    if any(case.with_aws for case in cases.values()):
        compared[AWS] = bench.gatehouse("aws")
    count_once(bench, results, cases, compared)
    rounds = {name: case.rounds(plan.rounds) for name, case in cases.items()}
    for turn in range(max(rounds.values())):
        for name, case in cases.items():
            if turn < rounds[name]:
                measure_round(results, name, case, compared, plan.milliseconds)
        plan.say(f"messages, round {turn + 1} of {max(rounds.values())}")
    for server in compared.values():
        server.stop()


def measure_round(results, name, case, compared, milliseconds):
    for whose, server in compared.items():
        if whose == AWS and not case.with_aws:
            continue
        found = load(case.scenario, server, *case.arguments_with(milliseconds), door=case.door)
        results.add_faults(name, whose, found)
        if whose == AWS:
            results.add(f"{name} aws", OURS, found["cpu_us"])
            continue
        results.add(name, whose, found["cpu_us"])
        if whose == OURS and case.with_aws:
            results.add(f"{name} aws", LIMIT, found["cpu_us"])
        if case.low_rate:
            results.add(f"{name} p50", whose, found["p50_us"])


def count_once(bench, results, cases, compared):
    """What does not vary from round to round: system calls, and allocations on a server of its own."""
    for name, case in cases.items():
        if not case.calls_bar:
            continue
        for whose in (LIMIT, OURS, MOSQUITTO):
            calls = calls_a_message(case.scenario, compared[whose], *case.arguments_with(1500),
                                    door=case.door)
            if calls is not None:
                results.add(f"{name} calls", whose, calls)
    counted = {name: case for name, case in cases.items() if case.allocations_bar}
    if not counted:
        return
    server, file = bench.gatehouse_with_allocations()
    for name, case in counted.items():
        found = load(case.scenario, server, *case.arguments_with(1000), "--allocations", file)
        results.add(f"{name} allocations", OURS, found["allocations"])
    server.stop()
