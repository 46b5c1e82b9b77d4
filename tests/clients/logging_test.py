#!/usr/bin/python3
"""Levels of logging that are set while clients are connected.

usage: logging_test.py GATEHOUSE [TESTS]"""

import unittest

from client_test import AuthorizerTest

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


if __name__ == "__main__":
    unittest.main(verbosity=2)
