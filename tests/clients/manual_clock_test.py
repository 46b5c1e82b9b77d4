#!/usr/bin/python3
"""Functions and refusals while the server's time stands still: what takes its time on this machine
takes it, and waits for nobody to move the clock.

usage: manual_clock_test.py GATEHOUSE [TESTS]"""

import json
import unittest

from client_test import (NOT_AUTHORIZED_5, ClientTest, make_authorizer, make_function,
                         permit_iot)
from device import V5

# Does what the event's one member says, or refuses a device.
SOURCE = """
import threading

def lambda_handler(event, context):
    if "print" in event:
        for _ in range(event["print"] // 100):
            print("x" * 99)
        return "printed"
    if "touch" in event:
        held = b"x" * event["touch"]
        threading.Event().wait(event["hold"])
        return len(held)
    if "hang" in event:
        threading.Event().wait()
    if "remaining" in event:
        return context.get_remaining_time_in_millis()
    print("x" * 99 * 1000)
    return {"isAuthenticated": False}
"""


class StandingClock(ClientTest):
    flags = ("--clock", "manual")

    @classmethod
    def prepare(cls):
        arn = make_function(cls.server, "auth", SOURCE)
        permit_iot(cls.server, "auth")
        make_authorizer(cls.server, "AutoCustom", arn)
        make_function(cls.server, "tool", SOURCE, Timeout=3, MemorySize=128)

    def invoke(self, **event) -> tuple[object, str | None]:
        answer = self.server.api("lambda").invoke(
            FunctionName="tool", Payload=json.dumps(event).encode())
        return json.load(answer["Payload"]), answer.get("FunctionError")

    def test_a_function_prints_more_than_a_pipe_holds(self):
        self.assertEqual(self.invoke(print=1_000_000), ("printed", None))

    def test_a_function_that_hangs_ends_at_its_timeout(self):
        error, kind = self.invoke(hang=True)
        self.assertEqual(kind, "Unhandled")
        self.assertIn("Task timed out after 3.00 seconds", error["errorMessage"])

    def test_a_function_is_held_to_its_memory(self):
        error, kind = self.invoke(touch=400 << 20, hold=60)
        self.assertEqual(kind, "Unhandled")
        self.assertEqual(error["errorType"], "Runtime.ExitError")

    def test_the_remaining_time_is_that_of_the_machine(self):
        self.server.advance("1h")
        remaining, _ = self.invoke(remaining=True)
        self.assertGreater(remaining, 0)
        self.assertLessEqual(remaining, 3000)

    def test_who_is_refused_again_and_again_waits_and_is_answered(self):
        for number in range(6):
            device = self.device(f"hammer-{number}", protocol=V5, user="wrong")
            self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
