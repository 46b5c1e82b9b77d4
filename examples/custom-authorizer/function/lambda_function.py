"""A custom authorizer: who may connect, by user name and password, and what they may do then.

devices.json beside this file lists them, see README.md. It is read once, when the function's
process starts; DEVICES_FILE names another file.
"""

import base64
import binascii
import hashlib
import json
import os
import pathlib

import passwords

DISCONNECT_AFTER_SECONDS = 86400  # the longest there is
REFRESH_AFTER_SECONDS = 300  # a device that is taken off the list is out after five minutes


def load_devices(path):
    with open(path, encoding="utf-8") as file:
        devices = json.load(file)
    for name, device in devices.items():
        passwords.cost_of(device["password"])  # a broken record shows at start, not at night
        if "?" in name:
            raise ValueError(f"{name}: a user name ends at the first '?'")
    return devices


DEVICES = load_devices(
    os.environ.get("DEVICES_FILE") or pathlib.Path(__file__).with_name("devices.json"))
# Checked for user names that are not in the list, so that the time of the answer does not tell
# which names are.
DECOY = max((device["password"] for device in DEVICES.values()), key=passwords.cost_of,
            default=passwords.hash_password(b""))


def lambda_handler(event, context):
    mqtt = event.get("protocolData", {}).get("mqtt", {})
    # The whole user name arrives, with "?x-amz-customauthorizer-name=…" at its end.
    user = mqtt.get("username", "").partition("?")[0]
    client_id = mqtt.get("clientId", "")

    reason = refusal(user, client_id, decode_password(mqtt.get("password", "")))
    if reason:
        # In the function's log. The device only learns that it was refused.
        print(f"refused {user!r} as client {client_id!r}: {reason}")
        return {"isAuthenticated": False}
    return {
        "isAuthenticated": True,
        "principalId": principal_id(user),
        "disconnectAfterInSeconds": DISCONNECT_AFTER_SECONDS,
        "refreshAfterInSeconds": REFRESH_AFTER_SECONDS,
        "policyDocuments": [policy(DEVICES[user], client_id, arn_start(context))],
    }


def decode_password(text):
    """The bytes of the password, which arrives in base64; None for anything else."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def refusal(user, client_id, password):
    """Why this connection is refused, or None."""
    device = DEVICES.get(user)
    if not passwords.matches(password or b"", device["password"] if device else DECOY):
        return "wrong password" if device else "no such user"
    if device is None or password is None:
        return "no such user" if device is None else "no password"
    if client_id not in device.get("clientIds", [user]):
        return "this client id belongs to somebody else"
    return None


def policy(device, client_id, start):
    """What one device may do: connect under its own id, and use its own topics. The client id is
    written out where it comes from our list, ${iot:ClientId} stands for it in topics."""
    topics = [f"{start}:topic/{topic}" for topic in device.get("publish", [])]
    filters = device.get("subscribe", [])
    statements = [("iot:Connect", [f"{start}:client/{client_id}"]), ("iot:Publish", topics),
                  ("iot:Subscribe", [f"{start}:topicfilter/{name}" for name in filters]),
                  ("iot:Receive", [f"{start}:topic/{policy_pattern(name)}" for name in filters])]
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": action, "Resource": resources}
                      for action, resources in statements if resources],
    }


def policy_pattern(topic_filter):
    """The topics that a filter matches, as a policy's pattern. In policies, + and # are ordinary
    characters and * stands for anything, slashes too, so one + allows a little more."""
    return topic_filter.replace("+", "*").replace("#", "*")


def arn_start(context):
    """"arn:aws:iot:REGION:ACCOUNT", where the function itself lives."""
    partition, _, region, account = context.invoked_function_arn.split(":")[1:5]
    return f"arn:{partition}:iot:{region}:{account}"


def principal_id(user):
    """1 to 128 letters and digits, nothing else: names with other characters become their hash."""
    if user.isascii() and user.isalnum() and len(user) <= 128:
        return user
    return hashlib.sha256(user.encode()).hexdigest()
