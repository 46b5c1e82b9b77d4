#!/usr/bin/python3
"""Certificate providers: functions that sign what CreateCertificateFromCsr is given.

usage: certificate_provider_test.py GATEHOUSE [TESTS]"""

import json
import pathlib
import subprocess
import tempfile
import unittest

from botocore.exceptions import ClientError
from client_test import ClientTest, make_function, wait_until
from device import V5
from newer_models import iot_of_today

SOURCE = """
import json, os
def lambda_handler(event, context):
    print("asked", json.dumps(event))
    if not event["certificateSigningRequest"].startswith("-----BEGIN CERTIFICATE REQUEST"):
        raise ValueError("no request")
    return {"certificatePem": os.environ["PEM"]}
"""


def openssl(folder: pathlib.Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


class Providers(ClientTest):
    flags = ("--profile", "aws-strict")

    @classmethod
    def prepare(cls):
        cls.iot = iot_of_today(cls.server)
        folder = tempfile.TemporaryDirectory(prefix="gatehouse-provider-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl(cls.folder, "req", "-x509", *key, "-subj", "/CN=Company CA", "-days", "9",
                "-keyout", "ca.key", "-out", "ca.pem")
        for name in ("lamp", "pump"):
            openssl(cls.folder, "req", *key, "-subj", f"/CN={name}", "-keyout", f"{name}.key",
                    "-out", f"{name}.csr")
            openssl(cls.folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey",
                    "ca.key", "-CAcreateserial", "-days", "9", "-out", f"{name}.pem")

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def provider(self, function: str, answers: str = "lamp.pem", permitted: bool = True) -> str:
        """Its ARN."""
        arn = make_function(self.server, function, SOURCE,
                            Environment={"Variables": {"PEM": self.text(answers)}})
        made = self.iot.create_certificate_provider(
            certificateProviderName="company", lambdaFunctionArn=arn,
            accountDefaultForOperations=["CreateCertificateFromCsr"])
        self.addCleanup(self.iot.delete_certificate_provider, certificateProviderName="company")
        if permitted:
            self.server.api("lambda").add_permission(
                FunctionName=function, StatementId="iot", Action="lambda:InvokeFunction",
                Principal="iot.amazonaws.com", SourceArn=made["certificateProviderArn"])
        return made["certificateProviderArn"]

    def refused(self, name: str, call, **arguments) -> str:
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], name)
        return caught.exception.response["Error"]["Message"]

    def test_a_device_comes_with_what_the_function_signed(self):
        self.provider("signer")
        made = self.server.api("iot").create_certificate_from_csr(
            certificateSigningRequest=self.text("lamp.csr"), setAsActive=True)
        self.assertEqual(made["certificatePem"], self.text("lamp.pem"))
        event = wait_until(lambda: [json.loads(line.partition("asked ")[2])
                                    for line in self.server.output_of("signer", "asked")
                                    if "asked {" in line], "the function's event")[0]
        self.assertEqual(event["certificateSigningRequest"], self.text("lamp.csr"))
        self.assertEqual(sorted(event), ["accountId", "certificateSigningRequest", "clientId",
                                         "principalId"])
        self.iot.create_policy(policyName="lamps", policyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}))
        self.iot.attach_policy(policyName="lamps", target=made["certificateArn"])
        files = tuple(str(self.folder / name) for name in ("lamp.pem", "lamp.key"))
        self.device("lamp", door="mqtts", alpn=None, user=None, protocol=V5,
                    certificate=files).connected()

    def test_another_keys_certificate_is_none(self):
        self.provider("careless")
        self.assertIn("another key", self.refused(
            "InvalidRequestException", self.iot.create_certificate_from_csr,
            certificateSigningRequest=self.text("pump.csr")))
        self.assertIn("signing request", self.refused(
            "InvalidRequestException", self.iot.create_certificate_from_csr,
            certificateSigningRequest="no request"))

    def test_the_function_has_to_permit_it(self):
        arn = self.provider("closed", permitted=False)
        self.assertIn("does not permit iot.amazonaws.com", self.refused(
            "UnauthorizedException", self.iot.create_certificate_from_csr,
            certificateSigningRequest=self.text("lamp.csr")))
        self.assertEqual(arn, f"arn:aws:iot:{self.server.ready['region']}:000000000000:"
                              "certificateprovider/company")

    def test_the_life_of_one(self):
        arn = self.provider("lived")
        described = self.iot.describe_certificate_provider(certificateProviderName="company")
        self.assertEqual((described["certificateProviderArn"],
                          described["accountDefaultForOperations"]),
                         (arn, ["CreateCertificateFromCsr"]))
        self.assertEqual([each["certificateProviderName"] for each
                          in self.iot.list_certificate_providers()["certificateProviders"]],
                         ["company"])
        self.iot.update_certificate_provider(
            certificateProviderName="company",
            lambdaFunctionArn=described["lambdaFunctionArn"] + ":live")
        self.assertTrue(self.iot.describe_certificate_provider(
            certificateProviderName="company")["lambdaFunctionArn"].endswith(":live"))
        self.refused("LimitExceededException", self.iot.create_certificate_provider,
                     certificateProviderName="second",
                     lambdaFunctionArn=described["lambdaFunctionArn"],
                     accountDefaultForOperations=["CreateCertificateFromCsr"])
        self.refused("ResourceAlreadyExistsException", self.iot.create_certificate_provider,
                     certificateProviderName="company",
                     lambdaFunctionArn=described["lambdaFunctionArn"],
                     accountDefaultForOperations=["CreateCertificateFromCsr"])
        self.iot.tag_resource(resourceArn=arn, tags=[{"Key": "team", "Value": "a"}])
        self.assertEqual(self.iot.list_tags_for_resource(resourceArn=arn)["tags"],
                         [{"Key": "team", "Value": "a"}])
        self.refused("ResourceNotFoundException", self.iot.describe_certificate_provider,
                     certificateProviderName="other")


if __name__ == "__main__":
    unittest.main(verbosity=2)
