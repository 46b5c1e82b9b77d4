"""What a connection that says nothing holds."""

import servers
from generator import load
from rows import MOSQUITTO, OURS, Bar, Row

UNIT = "bytes"
ROUNDS_MAX = 3  # of fresh servers: slow, and the figures vary little
DOORS = {"plain": ("mqtt", ()), "TLS": ("tls", ("--tls", 1, "--alpn", "mqtt"))}
ROWS = {
    "idle": [
        Row("idle plain", "idle plain connection", UNIT, bars=(Bar(1024),)),
        Row("idle plain, authorizer", "idle plain connection, policies that name it", UNIT,
            bars=(Bar(2560),)),
        Row("idle plain, compiled", "idle plain connection, policies compiled for it", UNIT,
            bars=(Bar(2560),)),
        Row("idle TLS", "idle TLS connection", UNIT, bars=(Bar(17 * 1024),)),
        Row("idle TLS, authorizer", "idle TLS connection, policies that name it", UNIT,
            bars=(Bar(17 * 1024),))],
}


def rows_of(name):
    return ROWS[name]


def measure(bench, results, _wanted, plan):
    """Each on a fresh server: memory that was freed once would hide what is used."""
    def grow(row, whose, start, kind, login):
        door, arguments = DOORS[kind]
        server = start()
        found = load("idle", server, "--count", plan.count, *arguments, door=door, login=login)
        results.add(row, whose, found["bytes"])
        server.stop()

    rounds = min(plan.rounds, ROUNDS_MAX)
    for turn in range(rounds):
        for whose, start in ((OURS, bench.gatehouse), (MOSQUITTO, bench.mosquitto)):
            for kind in DOORS:
                grow(f"idle {kind}", whose, start, kind, ())
                grow(f"idle {kind}, authorizer", whose, start, kind, None)
        grow("idle plain, compiled", OURS, bench.gatehouse, "plain", servers.login_of("own"))
        plan.say(f"memory, round {turn + 1} of {rounds}")
