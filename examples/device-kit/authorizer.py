"""Lets in one device, by its name and the password of its kit. Made by `gatehouse connect-device NAME
--credentials password`, which gives it these variables:

DEVICE           the device's name
PASSWORD_SHA256  of its password, in hex: of 256 random bits, which nobody guesses, one hash is enough
POLICY           what the device may do, as a policy document
"""

import base64
import binascii
import hashlib
import hmac
import json
import os

DEVICE = os.environ["DEVICE"]
PASSWORD_SHA256 = os.environ["PASSWORD_SHA256"]
POLICY = json.loads(os.environ["POLICY"])


def lambda_handler(event, _context):
    mqtt = event.get("protocolData", {}).get("mqtt", {})
    # The whole user name arrives, with "?x-amz-customauthorizer-name=…" at its end.
    user = mqtt.get("username", "").partition("?")[0]
    try:
        password = base64.b64decode(mqtt.get("password", ""), validate=True)
    except (binascii.Error, ValueError):
        password = b""
    is_right = hmac.compare_digest(hashlib.sha256(password).hexdigest(), PASSWORD_SHA256)
    if user != DEVICE or not is_right:
        return {"isAuthenticated": False}
    return {"isAuthenticated": True,
            "principalId": "".join(filter(str.isalnum, DEVICE)) or "device",
            "disconnectAfterInSeconds": 86400, "refreshAfterInSeconds": 300,
            "policyDocuments": [POLICY]}
