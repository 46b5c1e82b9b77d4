"""The authorizer in the shape in which tutorials show it, kept as it is found: the event printed,
the password out of base64, the policy as a JSON string, a region of its author's choice, and
${iot:ClientId} in every resource. A server that does AWS IoT's job has to take it like this.

Two things in it surprise people, here as on AWS: the region in the policy has to be the region of
the connection, and the device of the same tutorials (client id basicPubSub, topic test/topic) may
connect with it, but not publish.
"""

import base64
import json

USER = "aUser"
PASSWORD = "aPassword"
REGION = "us-east-2"


def lambda_handler(event, context):
    print(event)
    mqtt = event["protocolData"]["mqtt"]
    user = mqtt["username"].split("?")[0]
    password = base64.b64decode(mqtt["password"]).decode("utf-8")
    if user == USER and password == PASSWORD:
        return authorizer_response(True)
    return authorizer_response(False)


def authorizer_response(is_authenticated):
    start = f"arn:aws:iot:{REGION}:*"
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "iot:Connect",
                "Resource": start + ":client/${iot:ClientId}",
            },
            {
                "Effect": "Allow",
                "Action": ["iot:Publish", "iot:Receive"],
                "Resource": start + ":topic/${iot:ClientId}/*",
            },
            {
                "Effect": "Allow",
                "Action": "iot:Subscribe",
                "Resource": start + ":topicfilter/${iot:ClientId}/*",
            },
        ],
    }
    return {
        "isAuthenticated": is_authenticated,
        "principalId": "principal1",
        "disconnectAfterInSeconds": 1800,
        "refreshAfterInSeconds": 300,
        "policyDocuments": [json.dumps(policy)],
    }
