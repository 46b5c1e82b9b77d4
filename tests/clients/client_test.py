"""What the tests with real clients share: a server a class, its functions and authorizers.

A test file is run as `FILE GATEHOUSE [unittest's arguments]`."""

import io
import pathlib
import signal
import sys
import unittest
import zipfile

from device import Device
from gatehouse_server import DataDir, Server, wait_until  # noqa: F401 (for the test files)

GATEHOUSE = sys.argv.pop(1) if len(sys.argv) > 1 else ""
HERE = pathlib.Path(__file__).parent
CLOSED_WITHOUT_CONNACK = None
NOT_AUTHORIZED_311, NOT_AUTHORIZED_5 = 5, 0x87


def zipped(source: str, **more: str) -> bytes:
    """A package of the handler's source and more files, by their names."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for name, content in {"lambda_function.py": source, **more}.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o644 << 16
            files.writestr(entry, content)
    return archive.getvalue()


def scenario_source() -> str:
    return (HERE / "scenario_function.py").read_text(encoding="utf-8")


class ClientTest(unittest.TestCase):
    """One server for the tests of a class; its standard error is shown when one fails."""

    flags: tuple[str, ...] = ()
    # At debug, successes of publishes and subscribes are in the log too.
    log_level = "debug"

    @classmethod
    def setUpClass(cls):
        cls.server = Server(GATEHOUSE, "--log-level", cls.log_level, *cls.flags)
        cls.addClassCleanup(cls.server.stop)
        cls.prepare()

    @classmethod
    def prepare(cls):
        """Resources that every test of the class needs."""

    def run(self, result=None):
        failed_before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > failed_before:
            print(f"--- the server's standard error after {self.id()}\n{self.server.stderr()}",
                  file=sys.stderr)
        return result

    def reread(self, status: str = "Success") -> str:
        """SIGHUP, and what the server says of it."""
        def notices() -> list[dict]:
            return self.server.log_records(eventType="Server.Notice", reason="REREAD")
        before = len(notices())
        self.server.process.send_signal(signal.SIGHUP)
        record = wait_until(lambda: notices()[before:], "the notice of SIGHUP")[-1]
        self.assertEqual(record["status"], status, record)
        return record["details"]

    def device(self, client_id: str, **how) -> Device:
        device = Device(self.server, client_id, **how)
        self.addCleanup(device.close)
        return device

    def assert_denied_record(self, client_id: str, event: str = "Connect") -> dict:
        return self.server.wait_for_record(clientId=client_id, eventType=event, status="Failure",
                                           reason="AUTHORIZATION_FAILURE")


def make_function(server: Server, name: str, source: str | None = None, **more) -> str:
    """Its ARN."""
    made = server.api("lambda").create_function(
        FunctionName=name, Runtime="python3.11", Handler="lambda_function.lambda_handler",
        Role="arn:aws:iam::000000000000:role/authorizer",
        Code={"ZipFile": zipped(source or scenario_source())}, **({"Timeout": 30} | more))
    return made["FunctionArn"]


def permit_iot(server: Server, function: str) -> None:
    server.api("lambda").add_permission(
        FunctionName=function, StatementId="iot", Action="lambda:InvokeFunction",
        Principal="iot.amazonaws.com")


def make_authorizer(server: Server, name: str, function_arn: str, **how) -> None:
    how = {"status": "ACTIVE", "signingDisabled": True} | how
    server.api("iot").create_authorizer(authorizerName=name, authorizerFunctionArn=function_arn,
                                        **how)


def make_auto_custom(server: Server) -> str:
    """The function `auth` with its permission and the active authorizer AutoCustom."""
    arn = make_function(server, "auth")
    permit_iot(server, "auth")
    make_authorizer(server, "AutoCustom", arn)
    return arn


class AuthorizerTest(ClientTest):
    @classmethod
    def prepare(cls):
        cls.function_arn = make_auto_custom(cls.server)
