"""boto3 with the model of today: the distribution's lacks operations that AWS IoT has had since."""

import json
import pathlib
import sys
import tempfile

import boto3
import botocore.config
import botocore.session

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "src" / "api" / "wire"))
from model import OVERLAYS, merged  # noqa: E402 (where the server's own model comes from)

VERSION = "2015-05-28"


def overlay():
    return json.loads((OVERLAYS / "iot.json").read_text(encoding="utf-8"))


def newer(client):
    """The same client of service iot, whose operations have the members of today, too."""
    description = client.meta.service_model._service_description
    description["shapes"].update(merged(description, overlay())["shapes"])
    return client


def iot_of_today(server):
    """A client of service iot with all the operations that the server knows of."""
    session = botocore.session.Session()
    loader = session.get_component("data_loader")
    model = merged(loader.load_service_model("iot", "service-2", VERSION),
                   overlay())
    with tempfile.TemporaryDirectory(prefix="gatehouse-models-") as folder:
        place = pathlib.Path(folder, "iot", VERSION)
        place.mkdir(parents=True)
        (place / "service-2.json").write_text(json.dumps(model), encoding="utf-8")
        session = botocore.session.Session()
        session.get_component("data_loader").search_paths.insert(0, folder)
        keys = server.keys()
        return boto3.Session(botocore_session=session).client(
            "iot", endpoint_url=server.ready["api_url"], region_name=server.ready["region"],
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            config=botocore.config.Config(retries={"max_attempts": 1}, read_timeout=60))
