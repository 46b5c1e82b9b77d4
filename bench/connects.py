"""What it costs to let a client in."""

from generator import load
from rows import LIMIT, MOSQUITTO, OURS, Bar, Row

UNIT = "CPU, µs a connect"
BARE = "bare OpenSSL"
RELAY = "relay"
ROWS = {
    "plain-connect": [Row("plain connect", "plain connect", UNIT, "relay: accept + CONNACK",
                          (Bar(1.25, to=LIMIT),))],
    "tls-connect": [Row("TLS connect", "TLS 1.3 connect with password", UNIT, BARE,
                        (Bar(1.1, to=LIMIT),), also=((f"to the {RELAY} with TLS", OURS, RELAY),))],
    "function": [Row("function", "what a warm function adds", UNIT, bars=(Bar(150),))],
    "mutual-tls": [Row("mutual TLS, seen", "mutual TLS, certificate seen before", UNIT, BARE,
                       (Bar(1.0, to=LIMIT),)),
                   Row("mutual TLS, new", "mutual TLS, certificate at first sight", UNIT, BARE,
                       (Bar(1.1, to=LIMIT),))],
    "handshake": [Row("handshake", "TLS 1.3 handshake alone", UNIT, BARE,
                      also=((f"to {BARE}", OURS, LIMIT),))],
}
TLS = ("--tls", 1, "--alpn", "mqtt")
HANDSHAKE = ("--handshake-only", 1)


def rows_of(name):
    return ROWS[name]


def measure(bench, results, wanted, plan):
    relay, bare, ours, peer = bench.relay(), bench.accept(), bench.gatehouse(), bench.mosquitto()
    often = ("--count", plan.count, "--parallel", 8)

    def cost(server, *arguments, door, login):
        return load("connects", server, *arguments, *often, door=door, login=login)["cpu_us"]

    def compare(row, limit, *arguments, door, login=()):
        for whose, server in ((LIMIT, limit), (OURS, ours), (MOSQUITTO, peer)):
            results.add(row, whose, cost(server, *arguments, door=door, login=login))

    if "function" in wanted:
        load("connects", ours, "--count", 50, "--parallel", 8)  # warms the instances
    for turn in range(plan.rounds):
        if "plain-connect" in wanted:
            compare("plain connect", relay, door="mqtt")
        if "tls-connect" in wanted:
            compare("TLS connect", bare, *TLS, door="tls", login=bench.password_file_login)
            results.add("TLS connect", RELAY, cost(relay, *TLS, door="tls", login=()))
        if "function" in wanted:
            with_function = cost(ours, door="mqtt", login=ours.login)
            results.add("function", OURS, with_function - cost(ours, door="mqtt", login=()))
        if "mutual-tls" in wanted:
            compare("mutual TLS, seen", bare, "--tls", 1, *bench.client_certificate, *HANDSHAKE,
                    door="mtls")
            compare("mutual TLS, new", bare, "--tls", 1, *bench.client_authority, *HANDSHAKE,
                    door="mtls")
        if "handshake" in wanted:
            compare("handshake", bare, *TLS, *HANDSHAKE, door="tls")
        plan.say(f"connects, round {turn + 1} of {plan.rounds}")
    for server in (relay, bare, ours, peer):
        server.stop()
