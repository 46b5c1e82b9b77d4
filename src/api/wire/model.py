"""Reads service models: the distribution's botocore data with our overlays applied.

An overlay is a JSON merge patch (RFC 7396) over the model of the same service, in the model's own
format: members are added or replaced, null removes. A service that botocore does not know is
described by its overlay alone.

Of our own is the type "document": a JSON object that the service itself looks into.

Two keys of ours in an overlay's "metadata": "botocore" names the model that is patched, and
"acceptedSigningNames" lists the names a client may sign the service with.
"""

import json
import re
from pathlib import Path

from botocore.loaders import Loader

OVERLAYS = Path(__file__).parent / "overlay"
SERVICES = ["iot", "data", "lambda", "logs", "iam", "sts", "acm", "gatehouse"]

KEYWORDS = {"auto", "bool", "break", "case", "char", "class", "const", "continue", "default",
            "delete", "do", "double", "else", "enum", "export", "false", "float", "for", "if",
            "int", "long", "namespace", "new", "operator", "private", "public", "register",
            "return", "short", "static", "struct", "switch", "template", "this", "true", "typedef",
            "union", "using", "virtual", "void", "while"}


def merged(target, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def snake(name):
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text)
    text = re.sub(r"[^A-Za-z0-9]+", "_", text).lower()
    return text + "_" if text in KEYWORDS else text


def pascal(name):
    return name[0].upper() + name[1:]


def enumerator(value):
    """SECURE_MQTT -> SecureMqtt, python3.9 -> Python3_9, RequestResponse stays."""
    words = [w for w in re.split(r"[^A-Za-z0-9.]+", value) if w]
    words = [w.capitalize() if w.isupper() or w.islower() else pascal(w) for w in words]
    text = re.sub(r"\.", "_", "".join(words))
    text = re.sub(r"_([a-z])", lambda m: m[1].upper(), text)
    return text if text and not text[0].isdigit() else "Value" + text


class Service:
    def __init__(self, name, model):
        metadata = model["metadata"]
        self.name = name
        self.shapes = model["shapes"]
        self.operations = model["operations"]
        self.protocol = {"rest-json": "RestJson", "json": "Json11",
                         "query": "Query"}[metadata["protocol"]]
        self.target_prefix = metadata.get("targetPrefix", "")
        self.xml_namespace = metadata.get("xmlNamespace", "")
        self.signing_names = metadata["acceptedSigningNames"]
        self.full_name = metadata["serviceFullName"]
        # "lambda" is fine as a namespace, "logs" and "iot" too.
        self.namespace = f"gatehouse::api::{name}"

    def shape(self, name):
        return self.shapes[name]

    def error_shapes(self):
        return {name: shape for name, shape in sorted(self.shapes.items())
                if shape.get("exception")}

    def children(self, name):
        shape = self.shapes[name]
        if shape["type"] == "structure":
            return [member["shape"] for member in shape.get("members", {}).values()]
        if shape["type"] == "list":
            return [shape["member"]["shape"]]
        if shape["type"] == "map":
            return [shape["key"]["shape"], shape["value"]["shape"]]
        return []

    def reachable(self, roots):
        """Every shape under the roots, children before parents, each once."""
        order, on_the_way = [], []

        def visit(name):
            if name in order:
                return
            if name in on_the_way:
                raise ValueError(f"{self.name}: shape {name} contains itself; the generator does "
                                 f"not lay out recursive shapes")
            on_the_way.append(name)
            for child in self.children(name):
                visit(child)
            on_the_way.pop()
            order.append(name)

        for root in roots:
            visit(root)
        return order


def load(name):
    overlay = json.loads((OVERLAYS / f"{name}.json").read_text())
    base = {}
    botocore_name = overlay["metadata"].get("botocore")
    if botocore_name:
        base = Loader().load_service_model(botocore_name, "service-2")
    return Service(name, merged(base, overlay))
