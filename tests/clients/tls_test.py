#!/usr/bin/python3
"""TLS as the operator wants it: certificates of their own, versions by AWS's policy names, and load
balancers that speak the PROXY protocol.

usage: tls_test.py GATEHOUSE [TESTS]"""

import os
import pathlib
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

from client_test import GATEHOUSE, ClientTest, wait_until
from device import V5
from gatehouse_server import DataDir, Server

CONNECT = bytes([0x10, 16, 0, 4]) + b"MQTT" + bytes([4, 2, 0, 60, 0, 4])
CONNACK = b"\x20\x02\x00\x00"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


class Authority:
    """A CA of the operator's, and the certificates that it signs, by OpenSSL's command."""

    def __init__(self):
        self.owner = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.owner.name)
        self.ca = self.folder / "ca.crt"
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                     "/CN=Operator", "-keyout", "ca.key", "-out", "ca.crt")

    def openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def issue(self, serial: int, names: str = "DNS:localhost,IP:127.0.0.1",
              key: str = "rsa:2048") -> None:
        """Replaces tls.crt and tls.key."""
        (self.folder / "names").write_text(f"subjectAltName={names}\n")
        self.openssl("req", "-newkey", key, "-nodes", "-subj", "/CN=server", "-keyout", "new.key",
                     "-out", "new.csr")
        self.openssl("x509", "-req", "-in", "new.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
                     "-days", "1", "-set_serial", str(serial), "-extfile", "names",
                     "-out", "new.crt")
        os.replace(self.folder / "new.key", self.folder / "tls.key")
        os.replace(self.folder / "new.crt", self.folder / "tls.crt")

    def flags(self) -> list[str]:
        return ["--tls-certificate", str(self.folder / "tls.crt"), "--tls-private-key",
                str(self.folder / "tls.key"), "--tls-ca", str(self.ca)]


def context_for(server, minimum=None, maximum=None, ciphers=None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=server.ready["ca"])
    context.minimum_version = minimum or ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = maximum or ssl.TLSVersion.MAXIMUM_SUPPORTED
    if ciphers:
        context.set_ciphers(ciphers)
    return context


def connect_tls(server, context: ssl.SSLContext, door: str = "mqtts") -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", server.ready[door]), timeout=30)
    return context.wrap_socket(plain, server_hostname="localhost")


class OwnCertificate(unittest.TestCase):
    def setUp(self):
        self.authority = Authority()
        self.addCleanup(self.authority.owner.cleanup)
        self.authority.issue(7)

    def start(self, *flags: str, **how) -> Server:
        server = Server(GATEHOUSE, "--allow-anonymous", *self.authority.flags(), *flags, **how)
        self.addCleanup(server.stop)
        return server

    def refusal(self, *flags: str) -> str:
        """Why it does not start."""
        with self.assertRaises(AssertionError) as refused:
            self.start(*flags)
        return str(refused.exception)

    def notices(self, server, reason: str) -> list[dict]:
        return server.log_records(eventType="Server.Notice", reason=reason)

    def serial(self, server) -> int:
        with connect_tls(server, context_for(server)) as stream:
            return int(stream.getpeercert()["serialNumber"], 16)

    def reread(self, server, status: str = "Success") -> str:
        before = len(self.notices(server, "REREAD"))
        server.process.send_signal(signal.SIGHUP)
        record = wait_until(lambda: self.notices(server, "REREAD")[before:],
                            "the notice of SIGHUP")[-1]
        self.assertEqual(record["status"], status, record)
        return record["details"]

    def test_it_is_shown_and_changed_without_dropping_anybody(self):
        server = self.start()
        self.assertEqual(server.ready["ca"], str(self.authority.ca))
        self.assertEqual(self.serial(server), 7)
        stays = connect_tls(server, context_for(server))
        stays.sendall(CONNECT + b"stay")
        self.assertEqual(stays.recv(4), CONNACK)
        self.authority.issue(8)
        self.assertIn("read again", self.reread(server))
        self.assertEqual(self.serial(server), 8)
        stays.sendall(b"\xc0\x00")
        self.assertEqual(stays.recv(2), b"\xd0\x00", "the old connection is still there")
        stays.close()
        (self.authority.folder / "tls.key").write_text("no key")
        self.assertIn("stays as it is", self.reread(server, "Failure"))
        self.assertIn("is not the private key of", server.stderr())
        self.assertEqual(self.serial(server), 8)

    def test_one_that_tls_would_not_show_is_refused_each_time_anew(self):
        server = self.start()
        self.authority.issue(8, key="rsa:1024")
        for times in (1, 2):
            self.assertIn("key too small", self.reread(server, "Failure"))
            records = self.notices(server, "CERTIFICATE_NOT_RENEWED")
            self.assertEqual(len(records), times)
            self.assertEqual((records[-1]["status"], records[-1]["logLevel"]), ("Failure", "ERROR"))
            self.assertIn("key too small", records[-1]["details"])
        self.assertEqual(self.serial(server), 7)
        self.assertIn("tls.crt: ", self.refusal())

    def test_it_is_read_again_every_hour(self):
        server = self.start("--clock", "manual")
        self.authority.issue(8)
        server.advance("1h")
        wait_until(lambda: self.serial(server) == 8, "the new certificate")

    def test_its_endpoints_are_no_business_of_the_local_authority(self):
        data_dir = DataDir()
        self.addCleanup(data_dir.remove)
        first = Server(GATEHOUSE, data_dir=data_dir)
        first.stop()
        self.authority.issue(9, "DNS:iot.example.test,DNS:localhost")
        server = self.start("--endpoint", "iot.example.test", data_dir=data_dir)
        self.assertEqual(self.serial(server), 9)
        self.assertEqual(server.ready["endpoint"], "iot.example.test")

    def test_our_own_device_and_commands_find_their_way(self):
        server = self.start("--api-host", "0.0.0.0")
        run = server.gatehouse("device", "--attempts", "1", "--count", "1", "--topic", "t")
        self.assertIn("published #1", run.stdout)
        self.assertIn(f"CA          {self.authority.ca}", server.gatehouse("status").stdout)

    def test_endpoints_that_it_is_not_for_are_told(self):
        server = self.start("--endpoint", "iot.example.test", "--endpoint", "localhost")
        self.assertIn("is not for the endpoint iot.example.test", server.stderr())
        self.assertNotIn("endpoint localhost", server.stderr())
        self.authority.issue(8, "DNS:elsewhere.test")
        self.reread(server)
        records = self.notices(server, "CERTIFICATE_NOT_FOR_ENDPOINT")
        self.assertEqual(["iot.example.test" in each["details"] for each in records],
                         [True, True, False])
        self.assertIn("is not for the endpoint localhost", server.stderr())
        self.reread(server)
        self.assertEqual(len(self.notices(server, "CERTIFICATE_NOT_FOR_ENDPOINT")), 3,
                         "told once for each certificate")

    def test_the_ca_is_found_from_any_folder(self):
        flags = [*self.authority.flags()[:-1], os.path.relpath(self.authority.ca)]
        server = Server(GATEHOUSE, *flags)
        self.addCleanup(server.stop)
        self.assertEqual(os.path.normpath(server.ready["ca"]), str(self.authority.ca))

    def test_what_cannot_be_used_is_refused_at_the_start(self):
        key = self.authority.folder / "tls.key"
        key.chmod(0o644)
        self.assertIn("chmod 600", self.refusal())
        key.unlink()
        self.assertIn("tls.key", self.refusal())
        self.authority.issue(8)
        self.authority.ca.write_text("no certificate")
        self.assertIn("ca.crt", self.refusal())
        self.authority.ca.unlink()
        self.assertIn("ca.crt", self.refusal())


class OwnAuthority(unittest.TestCase):
    """The CA that the server made when the machine had another name."""

    def setUp(self):
        self.data_dir = DataDir()
        self.addCleanup(self.data_dir.remove)

    def start(self, *flags: str) -> Server:
        server = Server(GATEHOUSE, *flags, data_dir=self.data_dir)
        self.addCleanup(server.stop)
        return server

    def make_authority_for_localhost_alone(self) -> None:
        folder = self.data_dir.path / "data" / "ca"
        folder.mkdir(parents=True, mode=0o700)
        folder.parent.chmod(0o700)
        names = "DNS:localhost,IP:127.0.0.0/255.0.0.0,IP:" + "/".join(
            ["0:0:0:0:0:0:0:1", ":".join(["ffff"] * 8)])
        permitted = ",".join("permitted;" + name for name in names.split(","))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=Kept", "-addext",
             f"nameConstraints=critical,{permitted}", "-keyout", "root-CA.key", "-out",
             "root-CA.crt"], cwd=folder, check=True, capture_output=True)
        (folder / "root-CA.key").chmod(0o600)

    def told(self, server, name: str) -> int:
        """How often, which is the same on standard error and in the log."""
        sentence = f"is not for {name}, since the CA"
        count = server.stderr().count(sentence)
        records = server.log_records(eventType="Server.Notice", reason="NAME_LEFT_OUT")
        self.assertEqual(sum(sentence in each["details"] for each in records), count)
        return count

    def test_a_machine_name_that_it_may_not_sign_for_is_told_at_the_start_and_at_sighup(self):
        name = socket.gethostname().lower()
        self.make_authority_for_localhost_alone()
        server = self.start()
        self.assertEqual(self.told(server, name), 1)
        self.assertIn(f"gatehouse ca renew --data-dir {self.data_dir.path / 'data'}",
                      server.stderr())
        server.process.send_signal(signal.SIGHUP)
        server.wait_for_record(eventType="Server.Notice", reason="REREAD")
        self.assertEqual(self.told(server, name), 2)
        server.terminate()
        server.gatehouse("ca", "renew")
        server.start()
        self.assertEqual(self.told(server, name), 2, "the new CA is for this machine")

    def test_an_endpoint_is_told_where_the_api_shows_its_certificate(self):
        self.start().terminate()
        operators = Authority()
        self.addCleanup(operators.owner.cleanup)
        operators.issue(7, "DNS:iot.example.test,DNS:localhost")
        flags = [*operators.flags(), "--endpoint", "iot.example.test"]
        server = self.start(*flags)
        self.assertEqual(self.told(server, "iot.example.test"), 0)
        server.terminate()
        server = self.start(*flags, "--api-host", "0.0.0.0")
        self.assertIn("is not for iot.example.test, since the CA", server.stderr())


class Policies(unittest.TestCase):
    def setUp(self):
        self.authority = Authority()
        self.addCleanup(self.authority.owner.cleanup)
        self.authority.issue(1)

    def versions(self, policy: str, *flags: str) -> list[str]:
        server = Server(GATEHOUSE, *flags, "--tls-policy", f"IoTSecurityPolicy_{policy}")
        self.addCleanup(server.stop)
        self.server = server
        spoken = []
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            try:
                with connect_tls(server, context_for(server, version, version)) as stream:
                    spoken.append(stream.version())
            except (ssl.SSLError, ConnectionError):
                pass
        return spoken

    def test_versions(self):
        self.assertEqual(self.versions("TLS13_1_3_2022_10"), ["TLSv1.3"])
        self.assertEqual(self.versions("TLS13_1_2_2022_10"), ["TLSv1.2", "TLSv1.3"])
        self.assertEqual(self.versions("TLS12_1_2_2022_10"), ["TLSv1.2"])

    def has_cipher(self, cipher: str, door: str = "mqtts") -> bool:
        context = context_for(self.server, maximum=ssl.TLSVersion.TLSv1_2, ciphers=cipher)
        try:
            with connect_tls(self.server, context, door) as stream:
                return stream.cipher()[0] == cipher
        except (ssl.SSLError, ConnectionError):
            return False

    def test_ciphers(self):
        own = self.authority.flags()
        for policy, rsa_exchange, dhe in (("TLS13_1_2_2022_10", False, False),
                                          ("TLS12_1_2_2022_10", True, False),
                                          ("TLS12_1_0_2016_01", True, False),
                                          ("TLS12_1_0_2015_01", True, True)):
            with self.subTest(policy):
                self.versions(policy, *own)
                self.assertTrue(self.has_cipher("ECDHE-RSA-AES128-GCM-SHA256"))
                self.assertEqual(self.has_cipher("AES128-SHA"), rsa_exchange)
                self.assertEqual(self.has_cipher("AES128-SHA256", "https"), rsa_exchange)
                self.assertEqual(self.has_cipher("AES128-SHA256"),
                                 rsa_exchange and policy != "TLS12_1_0_2016_01")
                self.assertEqual(self.has_cipher("DHE-RSA-AES256-SHA"), dhe)

    def test_a_wrong_name(self):
        with self.assertRaises(AssertionError) as refused:
            self.versions("TLS11")
        self.assertIn("IoTSecurityPolicy_TLS13_1_2_2022_10", str(refused.exception))


def proxy_header(source: str, command: int = 0x21, extensions: bytes = b"") -> bytes:
    addresses = (socket.inet_aton(source) + socket.inet_aton("192.0.2.7") +
                 (4711).to_bytes(2, "big") + (8883).to_bytes(2, "big") + extensions)
    return SIGNATURE + bytes([command, 0x11]) + len(addresses).to_bytes(2, "big") + addresses


class Promptness(ClientTest):
    flags = ("--allow-anonymous",)

    def test_who_does_not_set_tcp_nodelay_is_not_kept_waiting(self):
        """Such a client waits for an acknowledgement, which Linux puts off by 40 ms or more."""
        context = context_for(self.server, minimum=ssl.TLSVersion.TLSv1_3)

        def connect() -> float:
            began = time.monotonic()
            with connect_tls(self.server, context) as stream:
                stream.sendall(CONNECT + b"soon")
                self.assertEqual(stream.recv(4), CONNACK)
            return time.monotonic() - began

        self.assertLess(min(connect() for _ in range(10)), 0.04)


class WhatTlsHolds(ClientTest):
    """What is read from the socket already, of which no event tells any more."""

    flags = ("--allow-anonymous",)

    def publish(self, size: int, packet_id: int = 0) -> bytes:
        """A PUBLISH of so many bytes, with QoS 1 if it has an id."""
        head = b"\x00\x01w" + (packet_id.to_bytes(2, "big") if packet_id else b"")
        left = size - 3
        return (bytes([0x32 if packet_id else 0x30, left & 0x7F | 0x80, left >> 7]) + head
                + b"x" * (left - len(head)))

    def test_the_last_of_a_burst_is_taken(self):
        stream = connect_tls(self.server, context_for(self.server))
        self.addCleanup(stream.close)
        stream.sendall(CONNECT + b"rush")
        self.assertEqual(stream.recv(4), CONNACK)
        # The socket's buffers grow with what goes through them.
        for _ in range(200):
            stream.sendall(self.publish(16_000))
        for packet_id in range(1, 6):
            stream.sendall(self.publish(100, packet_id))
            self.assertEqual(stream.recv(4)[3], packet_id)
            self.server.process.send_signal(signal.SIGSTOP)
            # Records of which a whole number and the header of one more fill what is read at once.
            for _ in range(31):
                stream.sendall(self.publish(8331))
            stream.sendall(self.publish(8331, 99))
            self.server.process.send_signal(signal.SIGCONT)
            self.assertEqual(stream.recv(4), b"\x40\x02\x00\x63")

    def test_a_goodbye_behind_data_is_heard(self):
        watcher = self.device("watcher", door="mqtt", user=None).connected()
        watcher.subscribed("will")
        plain = socket.create_connection(("127.0.0.1", self.server.ready["mqtts"]), timeout=30)
        self.addCleanup(plain.close)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        stream = context_for(self.server).wrap_bio(incoming, outgoing,
                                                   server_hostname="localhost")

        def until(step):
            while True:
                try:
                    done = step()
                except ssl.SSLWantReadError:
                    done = None
                plain.sendall(outgoing.read())
                if done is not None:
                    return done
                incoming.write(plain.recv(65_536))

        until(lambda: stream.do_handshake() or True)
        stream.write(bytes([0x10, 28, 0, 4]) + b"MQTT" + bytes([4, 6, 0, 60, 0, 4]) + b"gone"
                     + b"\x00\x04will" + b"\x00\x04gone")
        self.assertEqual(until(lambda: stream.read(4)), CONNACK)
        stream.write(b"\xc0\x00")
        with self.assertRaises(ssl.SSLWantReadError):
            stream.unwrap()
        plain.sendall(outgoing.read())  # PINGREQ and close_notify, and no end of the stream
        self.assertEqual(watcher.expect("message")[1:3], ("will", b"gone"))


class Balancer(ClientTest):
    flags = ("--allow-anonymous", "--proxy-protocol-from", "127.0.0.0/8",
             "--connections-per-address-max", "2")

    def plain(self, door: str = "mqtt") -> socket.socket:
        stream = socket.create_connection(("127.0.0.1", self.server.ready[door]), timeout=30)
        self.addCleanup(stream.close)
        return stream

    def assert_closed(self, stream: socket.socket) -> None:
        try:
            self.assertEqual(stream.recv(4), b"")
        except ConnectionResetError:  # it was closed with what we had sent unread
            pass

    def test_the_real_address_is_known_with_and_without_tls(self):
        stream = self.plain()
        stream.sendall(proxy_header("203.0.113.5") + CONNECT + b"balA")
        self.assertEqual(stream.recv(4), CONNACK)
        record = self.server.wait_for_record(clientId="balA", eventType="Connect")
        self.assertEqual((record["sourceIp"], record["sourcePort"]), ("203.0.113.5", 4711))
        plain = self.plain("mqtts")
        plain.sendall(proxy_header("203.0.113.6"))
        stream = context_for(self.server).wrap_socket(plain, server_hostname="localhost")
        stream.sendall(CONNECT + b"balB")
        self.assertEqual(stream.recv(4), CONNACK)
        stream.close()
        self.assertEqual(self.server.wait_for_record(clientId="balB", eventType="Connect")
                         ["sourceIp"], "203.0.113.6")

    def test_a_header_that_comes_byte_by_byte(self):
        stream = self.plain()
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in proxy_header("203.0.113.7") + CONNECT + b"slow":
            stream.sendall(bytes([byte]))
        self.assertEqual(stream.recv(4), CONNACK)

    def test_limits_count_the_real_address(self):
        open_streams = []
        for number in range(4):
            stream = self.plain()
            stream.sendall(proxy_header(f"198.51.100.{number // 2}") + CONNECT + b"%04d" % number)
            self.assertEqual(stream.recv(4), CONNACK)
            open_streams.append(stream)
        third = self.plain()
        third.sendall(proxy_header("198.51.100.0") + CONNECT + b"over")
        self.assert_closed(third)
        record = self.server.wait_for_record(reason="LIMIT_EXCEEDED")
        self.assertEqual(record["eventType"], "Connection.Refused")
        self.assertIn("198.51.100.0 has 2 connections open", record["details"])
        for _ in range(40):  # of a flood, not each
            another = self.plain()
            another.sendall(proxy_header("198.51.100.0") + CONNECT + b"over")
            self.assert_closed(another)
        refused = self.server.log_records(eventType="Connection.Refused", door="mqtt")
        self.assertLess(len([each for each in refused if "198.51" in each["details"]]), 20)

    def test_limits_do_not_count_the_balancers_address(self):
        streams = [self.plain() for _ in range(4)]
        for number, stream in enumerate(streams):
            stream.sendall(proxy_header(f"198.51.100.{100 + number}") + CONNECT + b"st%02d" % number)
        for stream in streams:
            self.assertEqual(stream.recv(4), CONNACK)

    def test_the_balancers_own_look(self):
        stream = self.plain()
        stream.sendall(proxy_header("203.0.113.8", command=0x20) + CONNECT + b"look")
        self.assertEqual(stream.recv(4), CONNACK)
        self.assertEqual(self.server.wait_for_record(clientId="look", eventType="Connect")
                         ["sourceIp"], "127.0.0.1")

    def test_no_header(self):
        stream = self.plain()
        stream.sendall(CONNECT + b"none")
        self.assert_closed(stream)
        record = wait_until(lambda: [each for each in self.server.log_records(
            eventType="Connection.Refused") if "PROXY protocol" in each["details"]], "the record")
        self.assertIn("does not begin with a header", record[0]["details"])


class NoBalancer(ClientTest):
    flags = ("--allow-anonymous", "--proxy-protocol-from", "192.0.2.0/24")

    def test_a_header_from_anybody_else_is_no_header(self):
        stream = socket.create_connection(("127.0.0.1", self.server.ready["mqtt"]), timeout=30)
        self.addCleanup(stream.close)
        stream.sendall(proxy_header("203.0.113.5") + CONNECT + b"liar")
        self.assertEqual(stream.recv(4), b"")
        self.assertEqual(self.server.log_records(clientId="liar"), [])

    def test_everybody_else_connects_as_ever(self):
        self.device("anybody", protocol=V5, user=None, password=None).connected()


class AddressesOfItsOwn(ClientTest):
    flags = ("--host", "127.0.0.5", "--host", "127.0.0.5", "--api-host", "127.0.0.6")

    def test_the_certificate_is_for_the_address_that_is_listened_on(self):
        context = ssl.create_default_context(cafile=self.server.ready["ca"])
        address = ("127.0.0.5", self.server.ready["mqtts"])
        with socket.create_connection(address) as stream, \
                context.wrap_socket(stream, server_hostname="127.0.0.5") as tls:
            self.assertIn(("IP Address", "127.0.0.5"), tls.getpeercert()["subjectAltName"])
        self.assertEqual(self.server.gatehouse("function", "list").returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
