"""What a call of the control plane costs, with few things in the registry and with a million."""

import subprocess

from generator import PROGRAMS, read_result
from rows import LIMIT, OURS, Bar, Row

UNIT = "calls a second and core"
MANY = 1_000_000
KEY = ("AKIABENCHBENCHBENCH1", "bench-secret-of-forty-characters-1234567")
ROWS = {
    "describe-thing": [Row("DescribeThing", "DescribeThing", UNIT, bars=(Bar(6000, at_least=True),)),
                       Row("DescribeThing of many", f"DescribeThing of {MANY:,} things",
                           "CPU, µs a call", "few things", (Bar(1.5, to=LIMIT),))],
    "create-thing": [Row("CreateThing", "CreateThing", UNIT, bars=(Bar(1500, at_least=True),)),
                     Row("CreateThing beside many", f"CreateThing beside {MANY:,} things",
                         "CPU, µs a call", "few things", (Bar(1.5, to=LIMIT),))],
}


def rows_of(name):
    return ROWS[name]


def calls(server, operation, plan, *arguments):
    words = [PROGRAMS / "bench_calls", operation, "--port", server.ports["api"], "--pid", server.pid,
             "--key-id", KEY[0], "--secret", KEY[1], "--ms", plan.milliseconds, *arguments]
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    return read_result(server, operation, done.stdout, done.stderr, done.returncode)


def measure(bench, results, wanted, plan):
    few, many = bench.registry(1000, KEY), bench.registry(MANY, KEY)
    for turn in range(plan.rounds):
        for operation, row, beside in (("describe", "DescribeThing", "of"),
                                       ("create", "CreateThing", "beside")):
            if f"{operation}-thing" not in wanted:
                continue
            more = ("--prefix", f"round-{turn}-") if operation == "create" else ()
            costs = {}
            for whose, server, things in ((LIMIT, few, 1000), (OURS, many, MANY)):
                known = () if operation == "create" else ("--things", things)
                costs[whose] = calls(server, operation, plan, *more, *known)["cpu_us"]
                results.add(f"{row} {beside} many", whose, costs[whose])
            results.add(row, OURS, 1e6 / costs[LIMIT])
        plan.say(f"control plane, round {turn + 1} of {plan.rounds}")
    for server in (few, many):
        server.stop()
