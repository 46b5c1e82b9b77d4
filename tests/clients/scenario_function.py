"""A custom authorizer whose answer the user name chooses; the password is always `open sesame`."""

import base64
import json
import os
import threading

PASSWORD = b"open sesame"
RIGHTS = ("iot:Publish", "iot:Receive", "iot:RetainPublish")


def document(clients="*", topics="lab/*"):
    """May connect as `clients` and use `topics`."""
    arn = "arn:aws:iot:*:*:"
    return {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "iot:Connect", "Resource": f"{arn}client/{clients}"},
        {"Effect": "Allow", "Action": list(RIGHTS), "Resource": f"{arn}topic/{topics}"},
        {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": f"{arn}topicfilter/{topics}"}]}


def answer(policy, seconds=None):
    refresh, disconnect = seconds or (300, 86400)
    return {"isAuthenticated": True, "principalId": "tester", "policyDocuments": [policy],
            "disconnectAfterInSeconds": disconnect, "refreshAfterInSeconds": refresh}


def lambda_handler(event, context):
    mqtt = event["protocolData"]["mqtt"]
    user = mqtt["username"].partition("?")[0]
    if http := event["protocolData"].get("http"):
        print("by http", http["headers"].get("x-trace"), http.get("queryString"),
              "-".join(event["protocols"]))
    print("asked for", user, "by", mqtt.get("clientId"), "signature", event["signatureVerified"])
    if base64.b64decode(mqtt.get("password", "")) != PASSWORD:
        return {"isAuthenticated": False}
    failing = os.environ.get("FAILING")
    if failing == "refuses":
        if user == "by-the-hour":
            return {"isAuthenticated": False}
        failing = None
    if user == "exits" or failing == "exits":
        os._exit(3)
    if user == "hangs":
        threading.Event().wait()
    if user == "raises" or failing:
        raise RuntimeError("the table of devices is gone")
    if user == "junk":
        return "no object at all"
    if user == "bad-principal":
        return answer(document()) | {"principalId": "not-alphanumeric"}
    if user == "text-document":
        return answer(json.dumps(document()))
    if user == "no-connect":
        return answer(document(clients="somebody-else"))
    if user == "refreshed":
        return answer(document(topics=os.environ.get("TOPICS", "lab/*")), seconds=(1, 3600))
    if user == "by-the-hour":
        return answer(document(topics=os.environ.get("TOPICS", "lab/*")), seconds=(300, 600))
    if user == "other":
        return answer(document(topics="lab/other/*")) | {"principalId": "other"}
    if user == "expires":
        return answer(document(), seconds=(1, 2))
    return answer(document())
