"""What waiting for the disk costs, and how fast a server with much on its disk starts."""

import servers
from generator import load
from rows import LIMIT, OURS, Bar, Row

RATE = "messages a second"
START_ROUNDS_MAX = 3
START_SESSIONS = 100_000
START_MESSAGES = (0, 1_000_000)


def start_rows(messages):
    title = f"start with {START_SESSIONS:,} sessions, {messages:,} messages"
    return [Row(f"start, {messages}, seconds", title, "seconds"),
            Row(f"start, {messages}, bytes", title, "MB resident")]


ROWS = {
    "durable": [
        Row("durable", "QoS 1, persistent sessions, subscribers online", RATE, "clean sessions",
            (Bar(0.5, to=LIMIT, at_least=True),)),
        Row("durable CPU", "QoS 1, persistent sessions, subscribers online", "CPU, µs a message",
            "clean sessions"),
        Row("offline", "QoS 1, stored for subscribers that are away", RATE,
            bars=(Bar(120_000, at_least=True),)),
        Row("offline CPU", "QoS 1, stored for subscribers that are away", "CPU, µs a message")],
    "start": [row for messages in START_MESSAGES for row in start_rows(messages)],
}


def rows_of(name):
    return ROWS[name]


def measure(bench, results, wanted, plan):
    if "durable" in wanted:
        measure_durable(bench, results, plan)
    if "start" in wanted:
        measure_start(bench, results, plan)


def measure_durable(bench, results, plan):
    """A fresh server each round."""
    unbounded = ["--limits-session-queue-messages-max", "1000000000",
                 "--limits-session-queue-bytes-max", "4294967295",
                 "--limits-queues-bytes-max", "4294967295"]
    cases = (("durable", LIMIT, ()), ("durable", OURS, ("--durable", 1)),
             ("offline", OURS, ("--offline", 1)))
    for turn in range(plan.rounds):
        server = bench.gatehouse(more=unbounded)
        for row, whose, arguments in cases:
            found = load("pairs", server, "--qos", 1, *arguments, "--ms", plan.milliseconds)
            results.add_faults(row, whose, found)
            results.add(row, whose, found["per_second"])
            results.add(f"{row} CPU", whose, found["cpu_us"])
        server.stop()
        plan.say(f"durable, round {turn + 1} of {plan.rounds}")


def measure_start(bench, results, plan):
    """As an operator sees it: until the doors are open."""
    rounds = min(plan.rounds, START_ROUNDS_MAX)
    for messages in START_MESSAGES:
        stored = bench.stored(START_SESSIONS, messages, payload_bytes=100)
        for turn in range(rounds):
            server, seconds = bench.restored(stored)
            results.add(f"start, {messages}, seconds", OURS, seconds)
            results.add(f"start, {messages}, bytes", OURS, servers.resident_bytes(server) / 1e6)
            server.stop()
            plan.say(f"start with {messages:,} messages, round {turn + 1} of {rounds}")
