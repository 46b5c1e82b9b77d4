#!/usr/bin/python3
"""Levels of logging that are set while clients are connected.

usage: logging_test.py GATEHOUSE [TESTS]"""

import threading
import unittest

from client_test import AuthorizerTest, make_function
from device import V5, V311

ROLE = "arn:aws:iam::000000000000:role/logs"


class Levels(AuthorizerTest):
    log_level = "info"

    def setUp(self):
        self.iot = self.server.api("iot")
        self.number = 0

    def is_logged(self, device, client_id: str) -> bool:
        """Whether a publish of the device is, as told by what comes after it: a denied one is
        logged unless everything is disabled, and records keep their order."""
        self.number += 1
        topic = f"lab/{client_id}/{self.number}"
        device.published(topic)
        # A mark of somebody at level DEBUG, who is let in by the same function.
        mark = f"mark-{client_id}-{self.number}"
        self.iot.set_v2_logging_level(logTarget={"targetType": "CLIENT_ID", "targetName": mark},
                                      logLevel="DEBUG")
        self.device(mark).connected().published("lab/mark")
        self.server.wait_for_record(clientId=mark, eventType="Publish-In")
        return bool(self.server.log_records(clientId=client_id, eventType="Publish-In",
                                            topicName=topic))

    def test_levels(self):
        self.assertRaises(self.iot.exceptions.NotConfiguredException,
                          self.iot.get_v2_logging_options)
        device = self.device("talker").connected()
        self.iot.set_v2_logging_options(roleArn=ROLE, defaultLogLevel="DEBUG")
        self.assertTrue(self.is_logged(device, "talker"), "DEBUG, set while it is connected")
        self.iot.set_v2_logging_options(defaultLogLevel="ERROR")
        self.assertFalse(self.is_logged(device, "talker"), "ERROR")
        for target in ({"targetType": "CLIENT_ID", "targetName": "talker"},
                       {"targetType": "PRINCIPAL_ID", "targetName": "tester"},
                       {"targetType": "SOURCE_IP", "targetName": "127.0.0.1"}):
            with self.subTest(target=target):
                self.iot.set_v2_logging_level(logTarget=target, logLevel="DEBUG")
                self.assertTrue(self.is_logged(device, "talker"))
                self.iot.delete_v2_logging_level(**target)
                self.assertFalse(self.is_logged(device, "talker"))
        listed = self.iot.list_v2_logging_levels()["logTargetConfigurations"]
        self.assertEqual(listed[0], {"logTarget": {"targetType": "DEFAULT"}, "logLevel": "ERROR"})

    def test_options_survive_a_restart_and_may_disable_all(self):
        self.server.aws("iot", "set-v2-logging-options", "--role-arn", ROLE,
                        "--default-log-level", "DEBUG")
        self.server.terminate()
        self.server.start()
        self.iot = self.server.api("iot")
        found = self.server.aws_json("iot", "get-v2-logging-options")
        self.assertEqual(found, {"roleArn": ROLE, "defaultLogLevel": "DEBUG",
                                 "disableAllLogs": False})
        device = self.device("again").connected()
        self.assertTrue(self.is_logged(device, "again"))
        self.iot.set_v2_logging_options(disableAllLogs=True)
        device.published("lab/unseen")
        self.device("unseen", password="guess").expect("connect")
        self.iot.set_v2_logging_options(disableAllLogs=False)
        self.assertTrue(self.is_logged(device, "again"))
        self.assertEqual(self.server.log_records(clientId="unseen"), [])
        self.assertEqual(self.server.log_records(topicName="lab/unseen"), [])


class AsOnAws(AuthorizerTest):
    log_level = "info"

    def setUp(self):
        self.iot = self.server.api("iot")

    def test_info_that_is_asked_for_includes_messages_as_on_aws(self):
        reader = self.device("reader", clean=False).connected()
        listener = self.device("listener").connected()
        listener.subscribed("lab/told")
        self.iot.set_v2_logging_options(roleArn=ROLE, defaultLogLevel="INFO")
        reader.subscribed("lab/told", 1)
        writer = self.device("writer").connected()
        writer.published("lab/told", b"now", qos=1)
        reader.expect("message")
        reader.close()
        self.server.wait_for_record(clientId="reader", eventType="Disconnect")
        writer.published("lab/told", b"later", qos=1)
        queued = self.server.wait_for_record(clientId="reader", eventType="Queued")
        self.assertEqual((queued["topicName"], queued["qos"], queued["logLevel"]),
                         ("lab/told", "1", "INFO"))
        delivered = self.server.wait_for_record(clientId="reader", eventType="Publish-Out")
        self.assertEqual((delivered["topicName"], delivered["status"]), ("lab/told", "Success"))
        self.assertIn("sourcePort", delivered)
        records = [self.server.wait_for_record(clientId="reader", eventType="Subscribe"),
                   delivered, queued] + self.server.log_records(clientId="writer")
        self.assertEqual([record["eventType"] for record in records[3:] if "topicName" in record],
                         ["Publish-In", "Publish-In"])
        traces = [record["traceId"] for record in records if "topicName" in record]
        self.assertEqual(len(set(traces)), len(traces), "one trace id a request")
        # Who was there before, and says nothing since.
        self.server.wait_for_record(clientId="listener", eventType="Publish-Out")

    def test_a_level_of_a_principal_holds_for_those_who_are_away(self):
        self.iot.set_v2_logging_options(roleArn=ROLE, defaultLogLevel="ERROR")
        target = {"targetType": "PRINCIPAL_ID", "targetName": "tester"}
        self.iot.set_v2_logging_level(logLevel="INFO", logTarget=target)
        self.addCleanup(self.iot.delete_v2_logging_level, **target)
        away = self.device("principal", clean=False).connected()
        away.subscribed("lab/away", 1)
        away.close()
        self.server.wait_for_record(clientId="principal", eventType="Disconnect")
        self.device("other-writer").connected().published("lab/away", b"", qos=1)
        self.server.wait_for_record(clientId="principal", eventType="Queued")
        self.device("principal", clean=False).connected()
        self.server.wait_for_record(clientId="principal", eventType="Publish-Out")

    def test_a_topic_that_is_refused_is_told_with_its_trace_id(self):
        self.iot.set_v2_logging_options(roleArn=ROLE, defaultLogLevel="INFO")
        deep = "lab/" + "/".join("12345678")
        for protocol in (V311, V5):
            with self.subTest(protocol=protocol):
                name = f"deep-{protocol}"
                self.device(name, protocol=protocol).connected().client.publish(deep, b"", 1)
                record = self.server.wait_for_record(clientId=name, eventType="Publish-In")
                self.assertEqual((record["status"], record["reason"], record["topicName"]),
                                 ("Failure", "TOPIC_NAME_INVALID", deep))
                self.assertIn("8 levels", record["details"])
                connect = self.server.log_records(clientId=name, eventType="Connect")
                self.assertNotEqual(record["traceId"], connect[0]["traceId"])


class Lost(AuthorizerTest):
    """Messages that do not fit into the queue of who is away."""
    flags = ("--limits-session-queue-messages-max", "2")
    log_level = "info"

    def lose(self, client_id: str, default: str, own: str) -> None:
        """Three such messages, at the default level and its principal's."""
        iot = self.server.api("iot")

        def set_levels(default: str, own: str) -> None:
            iot.set_v2_logging_options(roleArn=ROLE, defaultLogLevel=default)
            for name, level in (("tester", own), ("other", "INFO")):
                iot.set_v2_logging_level(logLevel=level, logTarget={
                    "targetType": "PRINCIPAL_ID", "targetName": name})
        set_levels("INFO", "INFO")
        mark = f"mark-{client_id}"
        for name, user in ((client_id, "alice"), (mark, "other")):
            away = self.device(name, clean=False, user=user).connected()
            away.subscribed(f"lab/other/{name}", 1)
            away.close()
            self.server.wait_for_record(clientId=name, eventType="Disconnect")
        set_levels(default, own)
        writer = self.device(f"writer-{client_id}").connected()
        for name in (client_id, mark):
            for _ in range(5):
                writer.published(f"lab/other/{name}", b"", qos=1)
        # Those of somebody at level INFO, lost a moment later.
        self.server.wait_for_record(clientId=mark, reason="QUEUE_FULL")

    def test_the_level_of_the_principal_holds(self):
        self.lose("told-of", "DISABLED", "INFO")
        record = self.server.wait_for_record(clientId="told-of", reason="QUEUE_FULL")
        self.assertEqual((record["eventType"], record["principalId"], record["messages"]),
                         ("Queued", "tester", 3))
        self.lose("untold", "INFO", "DISABLED")
        self.assertEqual(self.server.log_records(clientId="untold", reason="QUEUE_FULL"), [])


FLOODS = """
import sys
def lambda_handler(event, context):
    sys.stdout.write(("x" * 100 + "\\n") * 150_000)
"""


class Flood(AuthorizerTest):
    log_level = "info"

    def test_what_a_function_prints_leaves_room_for_the_records_of_others(self):
        make_function(self.server, "floods", FLOODS)
        floods = [threading.Thread(target=self.server.api("lambda").invoke,
                                   kwargs={"FunctionName": "floods"}) for _ in range(3)]
        for flood in floods:
            flood.start()
        names = []
        while any(flood.is_alive() for flood in floods) or len(names) < 60:
            names.append(f"beside-{len(names)}")
            self.device(names[-1]).connected().close()
        for flood in floods:
            flood.join()
        for name in names:
            self.server.wait_for_record(clientId=name, eventType="Connect")
            self.server.wait_for_record(clientId=name, eventType="Disconnect")


if __name__ == "__main__":
    unittest.main(verbosity=2)
