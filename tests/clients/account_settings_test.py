#!/usr/bin/python3
"""The settings that an account has one of: its encryption, and what jobs note of packages.

usage: account_settings_test.py GATEHOUSE [TESTS]"""

import unittest

from botocore.exceptions import ClientError
from client_test import GATEHOUSE, ClientTest
from gatehouse_server import DataDir, Server
from newer_models import iot_of_today

ROLE = "arn:aws:iam::000000000000:role/keys"


class Settings(ClientTest):
    @classmethod
    def prepare(cls):
        cls.iot = iot_of_today(cls.server)

    def refused(self, name: str, call, **arguments) -> str:
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], name)
        return caught.exception.response["Error"]["Message"]

    def test_encryption(self):
        before = self.iot.describe_encryption_configuration()
        self.assertEqual(before["encryptionType"], "AWS_OWNED_KMS_KEY")
        self.assertEqual(before["configurationDetails"], {"configurationStatus": "HEALTHY"})
        key = f"arn:aws:kms:{self.server.ready['region']}:000000000000:key/abcd"
        self.iot.update_encryption_configuration(
            encryptionType="CUSTOMER_MANAGED_KMS_KEY", kmsKeyArn=key, kmsAccessRoleArn=ROLE)
        now = self.iot.describe_encryption_configuration()
        self.assertEqual((now["encryptionType"], now["kmsKeyArn"], now["kmsAccessRoleArn"]),
                         ("CUSTOMER_MANAGED_KMS_KEY", key, ROLE))
        self.assertEqual(now["configurationDetails"]["errorCode"], "KMS_KEY_VALIDATION_ERROR")
        self.assertIn("no KMS", now["configurationDetails"]["errorMessage"])
        self.assertIn("kmsKeyArn", self.refused(
            "InvalidRequestException", self.iot.update_encryption_configuration,
            encryptionType="CUSTOMER_MANAGED_KMS_KEY", kmsAccessRoleArn=ROLE))
        self.iot.update_encryption_configuration(encryptionType="AWS_OWNED_KMS_KEY")
        self.assertNotIn("kmsKeyArn", self.iot.describe_encryption_configuration())

    def test_packages(self):
        self.assertEqual(
            self.iot.get_package_configuration()["versionUpdateByJobsConfig"], {"enabled": False})
        self.assertIn("roleArn", self.refused(
            "ValidationException", self.iot.update_package_configuration,
            versionUpdateByJobsConfig={"enabled": True}))
        wanted = {"enabled": True, "roleArn": ROLE}
        self.iot.update_package_configuration(versionUpdateByJobsConfig=wanted)
        self.assertEqual(self.iot.get_package_configuration()["versionUpdateByJobsConfig"], wanted)


class Kept(unittest.TestCase):
    def test_over_a_restart(self):
        data_dir = DataDir()
        self.addCleanup(data_dir.remove)
        server = Server(GATEHOUSE, data_dir=data_dir)
        self.addCleanup(server.stop)
        iot_of_today(server).update_package_configuration(
            versionUpdateByJobsConfig={"enabled": True, "roleArn": ROLE})
        server.kill()
        again = Server(GATEHOUSE, data_dir=data_dir)
        self.addCleanup(again.stop)
        self.assertEqual(
            iot_of_today(again).get_package_configuration()["versionUpdateByJobsConfig"],
            {"enabled": True, "roleArn": ROLE})


if __name__ == "__main__":
    unittest.main(verbosity=2)
