#!/usr/bin/python3
"""Rates of one connection and one client id: counted and told in aws, held in aws-strict. The
server's clock stands still, so a second ends when the test says so.

usage: rate_test.py GATEHOUSE [TESTS]"""

import unittest

from client_test import NOT_AUTHORIZED_5, AuthorizerTest, wait_until
from device import V5, V311

QUOTA_EXCEEDED = 0x97
PUBLISHES_A_SECOND = 100
BYTES_A_SECOND = 512 * 1024
STORED_A_SECOND = 10


class RateTest(AuthorizerTest):
    def publish(self, device, count: int, qos: int, payload: bytes = b"x") -> None:
        device.client.max_inflight_messages_set(count)
        for _ in range(count):
            device.client.publish("lab/fast", payload, qos)

    def acknowledged(self, device, count: int) -> None:
        for _ in range(count):
            device.expect("publish")


class Aws(RateTest):
    flags = ("--clock", "manual")

    def test_a_client_id_that_connects_fast_gets_in_and_is_told_of(self):
        for _ in range(3):
            self.device("eager").connected().close()
        record = self.server.wait_for_record(clientId="eager", eventType="Connection.Rate")
        self.assertEqual(record["reason"], "CONNECT_RATE")
        self.assertEqual(len(self.server.log_records(clientId="eager",
                                                     eventType="Connection.Rate")), 1)

    def test_a_fast_publisher_is_told_of_once(self):
        device = self.device("fast").connected()
        self.publish(device, PUBLISHES_A_SECOND + 50, qos=1)
        self.acknowledged(device, PUBLISHES_A_SECOND + 50)
        record = self.server.wait_for_record(clientId="fast", eventType="Connection.Rate")
        self.assertEqual(record["reason"], "PUBLISH_RATE")
        self.assertIn("AWS IoT would discard QoS 0", record["details"])
        self.assertEqual(len(self.server.log_records(clientId="fast",
                                                     eventType="Connection.Rate")), 1)
        self.assertIn("; 1 since", record["details"])
        device.close()
        rest = wait_until(lambda: self.server.log_records(
            clientId="fast", eventType="Connection.Rate")[1:], "what was not told yet")[0]
        self.assertIn("; 49 since", rest["details"])

    def test_it_is_shown_as_a_warning(self):
        for _ in range(2):
            self.device("shown", user="shown").connected().close()
        self.server.wait_for_record(clientId="shown", eventType="Connection.Rate")
        text = self.server.gatehouse("logs", "tail").stdout
        line = text[text.index("warning Connection.Rate"):]
        self.assertIn("the client id connects more than 1 time a second\n", line)
        self.assertIn("AWS IoT would refuse this CONNECT\n", line)


class AwsStrict(RateTest):
    flags = ("--profile", "aws-strict", "--clock", "manual")

    def test_a_client_id_connects_once_a_second(self):
        self.device("eager", protocol=V5).connected().close()
        self.assertEqual(self.device("eager", protocol=V5).expect("connect")[1], QUOTA_EXCEEDED)
        old = self.device("eager", protocol=V311)
        old.expect("disconnect")
        self.assertNotIn("connect", [event[0] for event in old.seen])
        self.assertEqual(self.server.wait_for_record(clientId="eager", eventType="Connect",
                                                     status="Failure")["reason"], "THROTTLED")
        self.device("another", protocol=V5).connected()
        self.server.advance("1s")
        self.device("eager", protocol=V5).connected()

    def test_a_stranger_keeps_nobody_out(self):
        for _ in range(2):
            self.assertEqual(self.device("wanted", protocol=V5, password="wrong").expect(
                "connect")[1], NOT_AUTHORIZED_5)
        self.device("wanted", protocol=V5, user="first").connected().close()
        # What was counted spares the authorizer the next one.
        self.assertEqual(self.device("wanted", protocol=V5, user="second").expect("connect")[1],
                         QUOTA_EXCEEDED)
        wait_until(lambda: self.server.output_of("auth", "asked for first by wanted"), "the first")
        self.assertEqual(self.server.output_of("auth", "asked for second by wanted"), [])

    def test_qos_1_waits_for_the_next_second(self):
        device = self.device("patient").connected()
        # The one over the rate is taken yet; what follows it waits.
        self.publish(device, PUBLISHES_A_SECOND + 51, qos=1)
        self.acknowledged(device, PUBLISHES_A_SECOND + 1)
        self.server.wait_for_record(clientId="patient", eventType="Connection.Rate")
        self.assertEqual([event for event in device.waiting if event[0] == "publish"], [])
        self.server.advance("1s")
        self.acknowledged(device, 50)

    def test_qos_0_is_discarded(self):
        listener = self.device("listener").connected()
        listener.subscribed("lab/fast")
        device = self.device("careless").connected()
        self.publish(device, PUBLISHES_A_SECOND + 50, qos=0)
        self.server.wait_for_record(clientId="careless", eventType="Connection.Rate")
        self.server.advance("1s")
        device.client.publish("lab/fast", b"last", 0)
        payloads = []
        while not payloads or payloads[-1] != b"last":
            payloads.append(listener.expect("message")[2])
        self.assertEqual(len(payloads), PUBLISHES_A_SECOND + 1)

    def test_what_was_stored_comes_at_ten_a_second(self):
        away = self.device("sleeper", clean=False).connected()
        away.subscribed("lab/stored", 1)
        away.close()
        sender = self.device("sender").connected()
        for number in range(STORED_A_SECOND * 2 + 5):
            sender.client.publish("lab/stored", str(number), 1)
        self.acknowledged(sender, STORED_A_SECOND * 2 + 5)
        self.server.advance("1s")
        back = self.device("sleeper", clean=False).connected()
        payloads = [back.expect("message")[2] for _ in range(STORED_A_SECOND)]
        sender.client.publish("lab/stored", "new", 1)
        payloads.append(back.expect("message")[2])
        for count in (STORED_A_SECOND, 5):
            self.server.advance("1s")
            payloads += [back.expect("message")[2] for _ in range(count)]
        numbers = [str(number).encode() for number in range(STORED_A_SECOND * 2 + 5)]
        numbers.insert(STORED_A_SECOND, b"new")
        self.assertEqual(payloads, numbers)

    def test_bytes_wait_for_the_next_second(self):
        device = self.device("heavy").connected()
        large = bytes(BYTES_A_SECOND // 5 + 1000)
        self.publish(device, 7, qos=1, payload=large)
        self.acknowledged(device, 5)
        self.server.wait_for_record(clientId="heavy", eventType="Connection.Rate")
        self.assertEqual([event for event in device.waiting if event[0] == "publish"], [])
        self.server.advance("1s")
        self.acknowledged(device, 2)


class ResumedByAnother(AuthorizerTest):
    """The session of one principal, resumed by another who may do less."""

    def resume(self, user: str):
        return self.device("shared-id", user=user, clean=False).connected()

    def test_only_what_the_other_may_subscribe_to_stays(self):
        first = self.resume("alice")
        first.subscribed("lab/#")
        first.subscribed("lab/other/#")
        first.close()
        second = self.resume("other")
        record = self.server.wait_for_record(clientId="shared-id", eventType="Subscribe",
                                             status="Failure")
        self.assertEqual(record["topicName"], "lab/#")
        publisher = self.device("publisher").connected()
        publisher.published("lab/gone")
        publisher.published("lab/other/there")
        self.assertEqual(second.expect("message")[1], "lab/other/there")
        second.close()
        # The same principal again: nothing is asked anew, and what is gone stays gone.
        again = self.resume("other")
        publisher.published("lab/gone")
        publisher.published("lab/other/there")
        self.assertEqual(again.expect("message")[1], "lab/other/there")
        self.assertEqual(len(wait_until(lambda: self.server.log_records(
            clientId="shared-id", eventType="Subscribe", status="Failure"), "the record")), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
