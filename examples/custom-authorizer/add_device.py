#!/usr/bin/env python3
"""Adds a device to function/devices.json, or changes it.

    ./add_device.py alice --client-id basicPubSub --publish test/topic
    ./add_device.py sensor1 --generate --publish 'sensors/${iot:ClientId}/#'

The password is asked for (or read from the first line of a pipe); --generate makes a secret of
256 random bits and prints it, which is better for machines and much cheaper to check.
"""

import argparse
import getpass
import json
import os
import pathlib
import sys

FUNCTION = pathlib.Path(__file__).resolve().parent / "function"
sys.path.insert(0, str(FUNCTION))

import passwords  # noqa: E402


def read_password():
    if sys.stdin.isatty():
        return getpass.getpass()
    return sys.stdin.readline().rstrip("\r\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("user")
    parser.add_argument("--client-id", action="append", help="may be given more than once; "
                        "by default the user name")
    parser.add_argument("--publish", action="append", default=[], metavar="TOPIC")
    parser.add_argument("--subscribe", action="append", default=[], metavar="FILTER")
    parser.add_argument("--generate", action="store_true", help="make a secret and print it")
    parser.add_argument("--cost", type=int, default=passwords.DEFAULT_COST,
                        help="scrypt's N for a typed password (%(default)s)")
    parser.add_argument("--file", type=pathlib.Path, default=FUNCTION / "devices.json")
    arguments = parser.parse_args()
    if not arguments.user or "?" in arguments.user:
        parser.error("a user name has at least one character and no '?'")

    if arguments.generate:
        secret, record = passwords.make_secret()
        print(secret)
    else:
        record = passwords.hash_password(read_password().encode(), arguments.cost)

    devices = json.loads(arguments.file.read_text()) if arguments.file.exists() else {}
    devices[arguments.user] = {
        "password": record,
        "clientIds": arguments.client_id or [arguments.user],
        "publish": arguments.publish,
        "subscribe": arguments.subscribe,
    }
    draft = arguments.file.with_suffix(".draft")
    draft.write_text(json.dumps(devices, indent=2) + "\n")
    os.replace(draft, arguments.file)


if __name__ == "__main__":
    main()
