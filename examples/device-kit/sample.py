#!/usr/bin/env python3
"""A device: connects with a certificate or a password, publishes a message a second to its topic and prints
what comes. Runs with paho-mqtt or with the AWS IoT Device SDK (awsiotsdk), whichever is installed.

The options have the names of AWS's pubsub sample; start.sh and start.ps1 fill them in."""

import argparse
import importlib.util
import pathlib
import ssl
import sys
import threading

HOW_TO_GET_A_CLIENT = """Neither paho-mqtt nor awsiotsdk is installed for this Python. Get one of them:
  python3 -m pip install paho-mqtt        # anywhere; in a virtual environment where pip asks for one
  sudo apt-get install python3-paho-mqtt  # Debian, Ubuntu
  python3 -m pip install awsiotsdk        # the AWS IoT Device SDK v2"""


class PahoClient:
    def __init__(self, options, received):
        import paho.mqtt.client as mqtt

        version = getattr(mqtt, "CallbackAPIVersion", None)  # since paho-mqtt 2
        how = [version.VERSION1] if version else []
        self.client = mqtt.Client(*how, client_id=options.client_id)
        context = ssl.create_default_context(cafile=options.ca_file)
        if options.alpn:
            context.set_alpn_protocols([options.alpn])
        if options.cert:
            context.load_cert_chain(options.cert, options.key)
        self.client.tls_set_context(context)
        if options.username:
            self.client.username_pw_set(options.username, options.password)
        self.client.on_connect = self._connected
        self.client.on_subscribe = self._subscribed
        self.client.on_message = lambda _client, _data, message: received(message.payload)
        self.subscribed = threading.Event()
        self.problem = None
        self.options = options

    def connect(self):
        self.client.connect(self.options.endpoint, self.options.port)
        self.client.loop_start()
        if not self.subscribed.wait(30) or self.problem:
            raise OSError(self.problem or "the server did not answer within 30 seconds")

    def _connected(self, client, _data, _flags, code):
        if code:
            self.problem = f"the server refused the connection (code {code})"
            self.subscribed.set()
        else:
            client.subscribe(self.options.topic, qos=1)

    def _subscribed(self, _client, _data, _id, granted, *_more):
        if granted[0] >= 0x80:
            self.problem = f"the policy does not allow to subscribe to {self.options.topic}"
        self.subscribed.set()

    def publish(self, text):
        self.client.publish(self.options.topic, text, qos=1).wait_for_publish(30)

    def disconnect(self):
        self.client.disconnect()
        self.client.loop_stop()


class AwsClient:
    def __init__(self, options, received):
        from awscrt import mqtt
        from awsiot import mqtt_connection_builder

        self.qos = mqtt.QoS.AT_LEAST_ONCE
        self.received = received
        self.options = options
        where = {"endpoint": options.endpoint, "port": options.port, "clean_session": True,
                 "ca_filepath": options.ca_file, "client_id": options.client_id}
        if options.cert:
            self.client = mqtt_connection_builder.mtls_from_path(
                cert_filepath=options.cert, pri_key_filepath=options.key, **where)
        else:
            self.client = mqtt_connection_builder.direct_with_custom_authorizer(
                auth_username=options.username, auth_password=options.password, **where)

    def connect(self):
        self.client.connect().result(30)
        subscribed, _ = self.client.subscribe(
            self.options.topic, self.qos,
            callback=lambda topic, payload, **_more: self.received(payload))
        subscribed.result(30)

    def publish(self, text):
        self.client.publish(self.options.topic, text, self.qos)[0].result(30)

    def disconnect(self):
        self.client.disconnect().result(30)


def client_class():
    if importlib.util.find_spec("paho"):
        return PahoClient
    if importlib.util.find_spec("awsiot"):
        return AwsClient
    sys.exit(HOW_TO_GET_A_CLIENT)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--port", type=int, default=8883)
    parser.add_argument("--ca_file", help="without it, what the system trusts")
    parser.add_argument("--cert", help="the device's certificate, with --key")
    parser.add_argument("--key")
    parser.add_argument("--username", help="instead of a certificate, with --password_file")
    parser.add_argument("--password_file")
    parser.add_argument("--alpn", help="the protocol to ask for in TLS")
    parser.add_argument("--client_id", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--message", default="hello")
    parser.add_argument("--count", type=int, default=0, help="how many messages; 0: no end")
    options = parser.parse_args()
    options.password = None
    if options.password_file:
        options.password = pathlib.Path(options.password_file).read_text(encoding="utf-8").strip()
    return options


def main():
    options = parse_options()
    enough, pause = threading.Event(), threading.Event()
    seen = 0

    def received(payload):
        nonlocal seen
        seen += 1
        print(f"received {payload.decode(errors='replace')}", flush=True)
        if seen == options.count:
            enough.set()

    client = client_class()(options, received)
    try:
        client.connect()
        print(f"connected to {options.endpoint}:{options.port} as {options.client_id}", flush=True)
        sent = 0
        while not options.count or sent < options.count:
            sent += 1
            client.publish(f"{options.message} {sent}")
            if sent != options.count:
                pause.wait(1)
        if not enough.wait(30):
            sys.exit("not everything that was published came back")
        client.disconnect()
    except KeyboardInterrupt:
        client.disconnect()
    except Exception as problem:  # of whichever library
        sys.exit(f"{type(problem).__name__}: {problem}")


if __name__ == "__main__":
    main()
