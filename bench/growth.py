"""Whether a message costs more where there are many subscriptions or connections."""

from generator import load
from rows import LIMIT, OURS, Bar, Row

FEW_RELAY, MANY_RELAY = "relay, few", "relay, many"
BAR = (Bar(1.3, to=LIMIT),)
UNIT = "CPU, µs a message"
ROWS = {
    "subscriptions": [
        Row("subscriptions", "100,000 subscriptions that do not match", UNIT, "one", BAR)],
    "connections": [
        Row("idle connections", "10,000 connections, 10 of them talk", UNIT, "10 connections", BAR),
        Row("talking connections", "10,000 connections, all talk", UNIT, "10 connections", BAR,
            also=(("the framed relay", MANY_RELAY, FEW_RELAY),))],
}


def rows_of(name):
    return ROWS[name]


def measure(bench, results, wanted, plan):
    """Ours with few and with many, in turn; clients are let in by the password file, since a
    function would take a while for 10,000."""
    ours, relay = bench.gatehouse(), bench.relay()
    ours.login = bench.password_file_login

    def cost(row, whose, server, *arguments):
        found = load("pairs", server, *arguments, "--ms", plan.milliseconds)
        results.add_faults(row, whose, found)
        results.add(row, whose, found["cpu_us"])
        return found["cpu_us"]

    for turn in range(plan.rounds):
        if "subscriptions" in wanted:
            cost("subscriptions", LIMIT, ours, "--other-filters", 1)
            cost("subscriptions", OURS, ours, "--other-filters", 100_000)
        if "connections" in wanted:
            few = cost("idle connections", LIMIT, ours, "--clients", 5)
            results.add("talking connections", LIMIT, few)
            cost("idle connections", OURS, ours, "--clients", 5, "--other-connections", 9_990)
            cost("talking connections", OURS, ours, "--clients", 5_000)
            cost("talking connections", FEW_RELAY, relay, "--clients", 5)
            cost("talking connections", MANY_RELAY, relay, "--clients", 5_000)
        plan.say(f"growth, round {turn + 1} of {plan.rounds}")
    for server in (ours, relay):
        server.stop()
