"""Runs the load generator against a server and reads what it found."""

import json
import subprocess
import sys
from pathlib import Path

PROGRAMS = Path(__file__).resolve().parent.parent / "build/release/bin"


def command_of(scenario, server, arguments, door, login):
    port = server.ports[door]
    words = [PROGRAMS / "bench_load", scenario, "--port", port, "--pid", server.pid,
             *arguments, *(server.login if login is None else login)]
    return [str(word) for word in words]


def load(scenario, server, *arguments, door="mqtt", login=None):
    """The result of one run. `login`: other credentials than the server's own; [] for none."""
    done = subprocess.run(command_of(scenario, server, arguments, door, login),
                          capture_output=True, text=True)
    return read_result(server, scenario, done.stdout, done.stderr, done.returncode)


def read_result(server, scenario, output, errors, code):
    lines = output.strip().splitlines()
    result = json.loads(lines[-1]) if lines else {}
    if "measuring" in result or not result:
        raise RuntimeError(f"{server.name}: {scenario}: {errors.strip() or 'no result'}")
    if code != 0:
        print(f"  {server.name}: {scenario} was not clean: {result} {errors.strip()}", file=sys.stderr)
    return result


def calls_a_message(scenario, server, *arguments, door="mqtt"):
    """System calls of the server a delivered message, or None where perf may not look."""
    command = command_of(scenario, server, arguments, door, None)
    generator = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    begun = generator.stdout.readline()
    try:
        counted = subprocess.run(
            ["perf", "stat", "-x", ",", "-e", "raw_syscalls:sys_enter", "-p", str(server.pid),
             "sleep", "1"], capture_output=True, text=True)
        calls = float(counted.stderr.strip().splitlines()[-1].split(",")[0])
    except (OSError, ValueError, IndexError):
        calls = None
    output, errors = generator.communicate()
    result = read_result(server, scenario, begun + output, errors, generator.returncode)
    return None if calls is None else calls / result["per_second"]
