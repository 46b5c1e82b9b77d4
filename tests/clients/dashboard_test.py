#!/usr/bin/python3
"""The dashboard for Grafana, without Grafana: Debian's Prometheus scrapes a server under load, and
every expression of every panel has to return numbers.

usage: dashboard_test.py GATEHOUSE [TESTS]"""

import json
import math
import pathlib
import queue
import re
import shutil
import subprocess
import tempfile
import threading
import unittest
import urllib.parse
import urllib.request

from client_test import GATEHOUSE, AuthorizerTest, wait_until
from device import PASSWORD

ROOT = pathlib.Path(__file__).resolve().parents[2]
DASHBOARD = json.loads((ROOT / "packaging/grafana/gatehouse.json").read_text(encoding="utf-8"))
WAIT_SECONDS = 90
LOGIN = "alice?x-amz-customauthorizer-name=AutoCustom"


class Prometheus:
    """Scrapes one address every second, on a free port of its own."""

    def __init__(self, scraped: str):
        self._folder = tempfile.TemporaryDirectory(prefix="gatehouse-prometheus-")
        folder = pathlib.Path(self._folder.name)
        (folder / "prometheus.yml").write_text(
            "global: { scrape_interval: 1s }\nscrape_configs:\n  - job_name: gatehouse\n"
            f"    static_configs: [{{ targets: ['{scraped}'] }}]\n")
        self._process = subprocess.Popen(
            [shutil.which("prometheus"), f"--config.file={folder}/prometheus.yml",
             f"--storage.tsdb.path={folder}/data", "--web.listen-address=127.0.0.1:0"],
            stderr=subprocess.PIPE, text=True)
        addresses: queue.Queue = queue.Queue()
        threading.Thread(target=self._read_log, args=(addresses,), daemon=True).start()
        self.address = addresses.get(timeout=WAIT_SECONDS)
        if not self.address:
            raise AssertionError("Prometheus did not start")

    def _read_log(self, addresses: queue.Queue) -> None:
        with self._process.stderr as lines:
            for line in lines:
                if found := re.search(r'"Listening on" address=(\S+)', line):
                    addresses.put(found[1])
        addresses.put("")

    def ask(self, path: str, **parameters):
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=30) as response:
            return json.load(response)["data"]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()


def targets():
    return [(panel, target) for panel in DASHBOARD["panels"] for target in panel["targets"]]


def as_grafana_asks(expression: str) -> str:
    """With "All" chosen as the instance."""
    return expression.replace("$instance", ".*")


class Dashboard(AuthorizerTest):
    flags = ("--metrics-port", "0", "--profile", "open")
    log_level = "info"

    @classmethod
    def prepare(cls):
        super().prepare()
        cls.scraped = f"127.0.0.1:{cls.server.ready['metrics']}"
        cls.prometheus = Prometheus(cls.scraped)
        cls.addClassCleanup(cls.prometheus.stop)
        cls.run_along(*cls.bench("pairs", PASSWORD, "--clients", 4, "--qos", 1, "--retain",
                                 "--topic", "lab/%i", "--rate", 100, "--duration", "1h"))
        # For whom messages wait, since it takes one at a time.
        cls.run_along("mosquitto_sub", "-p", str(cls.server.ready["mqtt"]), "-V", "5", "-D",
                      "connect", "receive-maximum", "1", "-q", "1", "-t", "lab/#",
                      "-u", LOGIN, "-P", PASSWORD)

    @classmethod
    def run_along(cls, *command: str) -> None:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.terminate)

    @classmethod
    def bench(cls, kind: str, password: str, *words):
        return [GATEHOUSE, "bench", kind, "--host", "127.0.0.1", "--port",
                str(cls.server.ready["mqtt"]), "--user", LOGIN, "--password", password,
                *map(str, words)]

    def refuse_some(self) -> None:
        run = subprocess.run(self.bench("connect", "wrong", "--clients", 1, "--json"),
                             capture_output=True, text=True, timeout=WAIT_SECONDS)
        self.assertEqual(run.returncode, 3, run.stderr)

    def make_some_wait(self) -> None:
        """More at once than the subscriber takes."""
        subprocess.run(["mosquitto_pub", "-p", str(self.server.ready["mqtt"]), "-V", "5", "-q", "1",
                        "-t", "lab/burst", "-l", "-u", LOGIN, "-P", PASSWORD],
                       input="reading\n" * 20, text=True, check=True, timeout=WAIT_SECONDS)

    def series_of(self, expression: str) -> list[dict]:
        """Those that have a number now."""
        data = self.prometheus.ask("query", query=as_grafana_asks(expression))
        return [series for series in data["result"] if math.isfinite(float(series["value"][1]))]

    def test_every_expression_returns_numbers_with_the_labels_of_its_legend(self):
        missing = [target for _, target in targets()]

        def all_answered() -> bool:
            self.refuse_some()
            self.make_some_wait()
            for target in list(missing):
                series = self.series_of(target["expr"])
                for label in re.findall(r"{{(\w+)}}", target["legendFormat"]):
                    self.assertTrue(all(label in each["metric"] for each in series), target)
                if series:
                    missing.remove(target)
            return not missing

        try:
            wait_until(all_answered, "numbers", WAIT_SECONDS)
        except AssertionError as problem:
            raise AssertionError("these are not answered as they should be:\n" + "\n".join(
                target["expr"] for target in missing)) from problem

    def test_the_instance_can_be_chosen(self):
        query = next(each["query"]["query"] for each in DASHBOARD["templating"]["list"]
                     if each["name"] == "instance")
        family, label = re.fullmatch(r"label_values\((\w+), (\w+)\)", query).groups()
        wait_until(lambda: self.prometheus.ask(f"label/{label}/values", **{"match[]": family}) ==
                   [self.scraped], "the instance")

    def test_promtool_finds_nothing_to_say_under_load(self):
        with urllib.request.urlopen(f"http://{self.scraped}/metrics", timeout=30) as page:
            run = subprocess.run([shutil.which("promtool"), "check", "metrics"], input=page.read(),
                                 capture_output=True, timeout=60)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, b"", b""))


class Layout(unittest.TestCase):
    def test_every_family_of_the_reference_is_shown(self):
        page = (ROOT / "docs/reference/metrics.md").read_text(encoding="utf-8")
        families = set(re.findall(r"^\| `([a-z_]+)`", page, re.MULTILINE))
        asked = " ".join(target["expr"] for _, target in targets())
        self.assertEqual({each for each in families
                          if not re.search(rf"\b{each}(_bucket|_sum|_count)?\b", asked)}, set())

    def test_panels_lie_side_by_side(self):
        taken = set()
        for panel in DASHBOARD["panels"]:
            place = panel["gridPos"]
            cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                     for y in range(place["y"], place["y"] + place["h"])}
            self.assertFalse(cells & taken, panel["title"])
            self.assertLessEqual(place["x"] + place["w"], 24, panel["title"])
            taken |= cells
        for names in ([panel["id"] for panel in DASHBOARD["panels"]],
                      [panel["title"] for panel in DASHBOARD["panels"]]):
            self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main(verbosity=2)
