#!/usr/bin/python3
"""A connection whose policies change while it lasts, and one whose time runs out.

usage: refresh_test.py GATEHOUSE [TESTS]"""

import re
import unittest

from client_test import NOT_AUTHORIZED_5, AuthorizerTest, wait_until
from device import V5, V311
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

MAXIMUM_CONNECT_TIME = 0xA0


class Refresh(AuthorizerTest):
    flags = ("--profile", "open")  # whose intervals may be seconds

    def set_topics(self, topics: str) -> None:
        self.server.api("lambda").update_function_configuration(
            FunctionName="auth", Environment={"Variables": {"TOPICS": topics}})

    def wait_for_refresh(self, client_id: str) -> None:
        """Until one more refresh than now was logged, begun after now."""
        def count():
            return len(self.server.log_records(clientId=client_id, eventType="Authorizer.Refresh",
                                               status="Success"))
        before = count()
        wait_until(lambda: count() >= before + 2, "two refreshes")

    def test_narrower_policy_takes_a_right_away(self):
        self.set_topics("lab/*")
        device = self.device("narrowed", protocol=V5, user="refreshed").connected()
        self.assertEqual(device.subscribed("lab/#"), [1])
        device.published("lab/wide", b"1")
        self.assertEqual(device.expect("message")[1], "lab/wide")
        self.set_topics("lab/narrow/*")
        self.wait_for_refresh("narrowed")
        device.published("lab/wide", b"2")
        record = self.server.wait_for_record(clientId="narrowed", eventType="Publish-In",
                                             status="Failure", topicName="lab/wide")
        self.assertEqual(record["reason"], "AUTHORIZATION_FAILURE")
        self.assertEqual(device.subscribed("lab/#"), [NOT_AUTHORIZED_5])
        # iot:Receive is asked per message: others' messages stop too.
        other = self.device("other").connected()
        other.published("lab/wide", b"3")
        other.published("lab/narrow/x", b"4")
        self.assertEqual(device.expect("message")[1:3], ("lab/narrow/x", b"4"))

    def test_connection_ends_when_its_time_is_over(self):
        watcher = self.device("expiry-watcher").connected()
        watcher.subscribed("lab/wills/#")
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                name = f"expired-{protocol}"
                device = self.device(name, protocol=protocol, user="expires",
                                     will=(f"lab/wills/{name}", b"", 1)).connected()
                device.expect("disconnect")
                self.assertEqual(watcher.expect("message")[1], f"lab/wills/{name}")
                record = self.server.wait_for_record(clientId=name, eventType="Disconnect")
                self.assertEqual(record["disconnectReason"], "CUSTOMAUTH_TTL_EXPIRATION")
                self.device(name, protocol=protocol).connected()


class ByTheClock(AuthorizerTest):
    """In hours, moved by command."""
    flags = ("--profile", "open", "--clock", "manual")

    def test_a_quarter_of_an_hour_of_refreshes_and_a_day_to_the_end(self):
        device = self.device("patient", protocol=V5, keep_alive=65_535).connected()

        def refreshes():
            return len(self.server.log_records(clientId="patient", status="Success",
                                               eventType="Authorizer.Refresh"))
        for number in range(1, 4):
            self.server.advance("300s")
            wait_until(lambda: refreshes() == number, f"refresh {number}")
        self.server.advance("24h")
        device.expect("disconnect")
        record = self.server.wait_for_record(clientId="patient", eventType="Disconnect")
        self.assertEqual(record["disconnectReason"], "CUSTOMAUTH_TTL_EXPIRATION")


class Wills(AuthorizerTest):
    """Of connections whose policies changed while they lasted."""
    flags = ("--profile", "open", "--clock", "manual")

    def configure(self, **variables: str) -> None:
        self.server.api("lambda").update_function_configuration(
            FunctionName="auth", Environment={"Variables": variables})

    def watcher(self):
        self.configure()
        watcher = self.device("watcher", keep_alive=65_535).connected()
        self.assertEqual(watcher.subscribed("lab/wills/#"), [1])
        return watcher

    def with_a_will(self, name: str, **how):
        properties = Properties(PacketTypes.WILLMESSAGE)
        properties.WillDelayInterval = how.pop("delay", 0)
        return self.device(name, protocol=V5, user="by-the-hour", keep_alive=65_535,
                           will=(f"lab/wills/{name}", b"gone", 1, False, properties),
                           **how).connected()

    def refresh(self, name: str, status: str, **variables: str) -> None:
        self.configure(**variables)
        self.server.advance("300s")
        self.server.wait_for_record(clientId=name, eventType="Authorizer.Refresh", status=status)

    def assert_held_back(self, name: str, watcher) -> None:
        record = self.server.wait_for_record(clientId=name, eventType="Publish-In",
                                             status="Failure", topicName=f"lab/wills/{name}")
        self.assertEqual(record["reason"], "AUTHORIZATION_FAILURE")
        self.device(f"after-{name}").connected().published("lab/wills/next")
        self.assertEqual(watcher.expect("message")[1], "lab/wills/next")

    def test_a_right_that_was_taken_away_since(self):
        watcher = self.watcher()
        for name, delay in (("lost", 0), ("delayed", 30), ("taken-over", 0)):
            with self.subTest(name=name):
                self.configure(TOPICS="lab/*")
                device = self.with_a_will(name, delay=delay, session_expiry=3600)
                self.refresh(name, "Success", TOPICS="lab/narrow/*")
                if name == "taken-over":
                    self.device(name, protocol=V5).connected()
                else:
                    device.drop()
                    self.server.wait_for_record(clientId=name, eventType="Disconnect")
                    self.server.advance(f"{delay + 1}s")
                self.assert_held_back(name, watcher)

    def test_a_right_that_was_kept(self):
        watcher = self.watcher()
        self.configure(TOPICS="lab/*")
        device = self.with_a_will("kept")
        self.refresh("kept", "Success", TOPICS="lab/wills/*")
        device.drop()
        self.assertEqual(watcher.expect("message")[1:3], ("lab/wills/kept", b"gone"))

    def test_a_client_that_is_refused_now(self):
        """AUTH_ERROR is one of the ends after which AWS sends the will."""
        watcher = self.watcher()
        device = self.with_a_will("refused")
        self.refresh("refused", "Failure", FAILING="refuses")
        device.expect("disconnect")
        self.assertEqual(watcher.expect("message")[1:3], ("lab/wills/refused", b"gone"))


class Narrowed:
    """A policy that is refreshed to a narrower one, and a connection that ends, at AWS's times."""

    def set_topics(self, topics: str) -> None:
        self.server.api("lambda").update_function_configuration(
            FunctionName="auth", Environment={"Variables": {"TOPICS": topics}})

    def refreshes(self, client_id: str) -> int:
        return len(self.server.log_records(clientId=client_id, eventType="Authorizer.Refresh",
                                           status="Success"))

    def test_a_narrower_policy_takes_a_right_away(self):
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                name = f"narrowed-{protocol}"
                self.set_topics("lab/*")
                device = self.device(name, protocol=protocol, user="by-the-hour",
                                     keep_alive=1200).connected()
                self.assertEqual(device.subscribed("lab/#"), [1])
                device.published("lab/wide", b"1")
                self.assertEqual(device.expect("message")[1], "lab/wide")
                self.set_topics("lab/narrow/*")
                self.server.advance("300s")
                wait_until(lambda: self.refreshes(name) == 1, "the refresh")
                device.published("lab/narrow/x", b"2")
                self.assertEqual(device.expect("message")[1], "lab/narrow/x")
                device.client.publish("lab/wide", b"3", 1)
                record = self.server.wait_for_record(clientId=name, eventType="Publish-In",
                                                     status="Failure", topicName="lab/wide")
                self.assertEqual(record["reason"], "AUTHORIZATION_FAILURE")
                if protocol == V311:
                    device.expect("disconnect")

    def test_a_connection_ends_when_its_time_is_over(self):
        self.set_topics("lab/*")
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                name = f"ends-{protocol}"
                device = self.device(name, protocol=protocol, user="by-the-hour",
                                     keep_alive=1200).connected()
                self.server.advance("600s")
                code = device.expect("disconnect")[1]
                # paho 1.6 reads no code of a DISCONNECT that has nothing behind it.
                if protocol == V5 and "aws-strict" not in self.flags:
                    self.assertEqual(code, MAXIMUM_CONNECT_TIME)
                record = self.server.wait_for_record(clientId=name, eventType="Disconnect")
                self.assertEqual(record["disconnectReason"], "CUSTOMAUTH_TTL_EXPIRATION")


class NarrowedAws(Narrowed, AuthorizerTest):
    flags = ("--clock", "manual")


class NarrowedStrict(Narrowed, AuthorizerTest):
    flags = ("--clock", "manual", "--profile", "aws-strict")


class FunctionAway:
    """Connections whose function fails when a refresh is due: three at the same moment, while the
    circuit is open for everybody, since it failed for clients that had got in. One of them is the
    probe, the others cannot be asked about."""

    def set_failing(self, failing: str) -> None:
        self.server.api("lambda").update_function_configuration(
            FunctionName="auth", Environment={"Variables": {"FAILING": failing}})

    def refresh_while_the_circuit_is_open(self) -> tuple[list, list]:
        """The devices, and those that were closed."""
        devices = [self.device(f"away-{number}", protocol=V5, keep_alive=1200).connected()
                   for number in range(3)]
        for failing, code in (("", 0), ("yes", NOT_AUTHORIZED_5)):
            self.set_failing(failing)
            for number in range(20):
                device = self.device(f"opener-{number}-{code}", protocol=V5,
                                     user=f"opener-{number}")
                self.assertEqual(device.expect("connect")[1], code)
                device.close()
        self.server.advance("300s")
        wait_until(lambda: self.count("Failure") == 3, "three refreshes fail")
        return devices, self.server.log_records(eventType="Disconnect",
                                                disconnectReason="AUTH_ERROR")

    def count(self, status: str) -> int:
        return len(self.server.log_records(eventType="Authorizer.Refresh", status=status))


class FunctionAwayAws(FunctionAway, AuthorizerTest):
    flags = ("--clock", "manual")

    def test_policies_stay_while_the_function_cannot_be_asked(self):
        devices, closed = self.refresh_while_the_circuit_is_open()
        self.assertEqual(len(closed), 1, "the probe's, whose function failed")
        kept = [device for number, device in enumerate(devices)
                if closed[0]["clientId"] != f"away-{number}"]
        for device in kept:
            device.published("lab/kept")
        self.set_failing("")

        # The first is the probe; the other is asked 20 s later. Time stands still until
        # each attempt has ended, or it would run into its deadline.
        for done, wait in enumerate(("10s", "20s")):
            self.assertEqual(self.count("Success"), done)
            ended = self.count("Success") + self.count("Failure") + len(kept) - done
            self.server.advance(wait)
            wait_until(lambda: self.count("Success") + self.count("Failure") == ended,
                       f"attempts after {done} successes")
        self.assertEqual(self.count("Success"), 2, "both are refreshed when the function is back")
        for device in kept:
            device.published("lab/kept")



class FunctionStaysAway(FunctionAway, AuthorizerTest):
    flags = ("--clock", "manual")

    def waits(self, client_id: str) -> list[int]:
        """Between attempts, as the connection's trace tells them."""
        trace = self.server.gatehouse("authorizer", "trace", "--client-id", client_id, "--json")
        return [int(seconds) for seconds in
                re.findall(r"the policy stays, and the authorizer is asked again in (\d+) s",
                           trace.stdout)]

    def fail(self, client_id: str, waits: list[int]) -> None:
        """The attempts that are due from now on, each once the one before has ended."""
        first = len(self.waits(client_id))
        for number in range(first + 1, len(waits) + 1):
            self.server.advance(f"{waits[number - 2] if number > first + 1 else 300}s")
            wait_until(lambda: len(self.waits(client_id)) == number,  # noqa: B023
                       f"failure {number}")
        self.assertEqual(self.waits(client_id), waits)

    def test_it_is_asked_ever_more_rarely(self):
        self.set_failing("")
        device = self.device("patient", protocol=V5, keep_alive=65_535).connected()
        self.set_failing("exits")
        self.fail("patient", [10, 20, 40, 80, 160, 300, 300])
        device.close()

    def test_it_is_asked_as_before_once_it_has_answered(self):
        self.set_failing("")
        device = self.device("relieved", protocol=V5, keep_alive=65_535).connected()
        self.set_failing("exits")
        self.fail("relieved", [10, 20])
        self.set_failing("")
        self.server.advance("20s")
        self.server.wait_for_record(clientId="relieved", eventType="Authorizer.Refresh",
                                    status="Success")
        self.set_failing("exits")
        self.fail("relieved", [10, 20, 10])
        device.close()


class FunctionDies(FunctionAway, AuthorizerTest):
    flags = ("--clock", "manual")

    def test_a_function_that_dies_says_no_to_nobody_and_one_that_raises_does(self):
        device = self.device("outlives", protocol=V5, keep_alive=1200).connected()

        def wait_for_failures(number: int):
            wait_until(lambda: len(self.server.log_records(
                clientId="outlives", eventType="Authorizer.Refresh",
                status="Failure")) == number, f"failure {number}")
        self.set_failing("exits")
        self.server.advance("300s")
        wait_for_failures(1)
        device.published("lab/kept")
        handler = self.server.api("lambda").update_function_configuration
        handler(FunctionName="auth", Handler="absent.handler")  # cannot be started
        self.server.advance("10s")
        wait_for_failures(2)
        device.published("lab/kept")
        handler(FunctionName="auth", Handler="lambda_function.lambda_handler")
        self.set_failing("raises")
        self.server.advance("20s")
        _, code, told = device.expect("disconnect")
        wait_for_failures(3)
        self.assertEqual(code, NOT_AUTHORIZED_5)
        record = self.server.wait_for_record(clientId="outlives", eventType="Disconnect")
        self.assertIn("the table of devices is gone", record["details"])
        self.assertEqual(told, "DISCONNECT:Client is not authenticated/"
                         f"authorized to send the message:{record['traceId']}")


class FunctionAwayStrict(FunctionAway, AuthorizerTest):
    flags = ("--clock", "manual", "--profile", "aws-strict")

    def test_a_refresh_that_fails_ends_the_connection(self):
        devices, _ = self.refresh_while_the_circuit_is_open()
        for device in devices:
            device.expect("disconnect")
        wait_until(lambda: len(self.server.log_records(
            eventType="Disconnect", disconnectReason="AUTH_ERROR")) == 3, "three are closed")


class Interval(AuthorizerTest):
    def test_profile_aws_takes_no_seconds(self):
        device = self.device("hasty", protocol=V5, user="expires")
        self.assertEqual(device.expect("connect")[1], NOT_AUTHORIZED_5)
        record = self.assert_denied_record("hasty")
        self.assertIn("300", record["explanation"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
