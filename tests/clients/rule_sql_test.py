#!/usr/bin/python3
"""The sql action of rules, against Debian's PostgreSQL: rows that are there, what a database
refuses, and what becomes of rows while it is away.

usage: rule_sql_test.py GATEHOUSE [TESTS]"""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from client_test import ClientTest, wait_until
from postgres_server import PostgresServer

OTHER = "111122223333"
UPSERT = ("INSERT INTO readings(device, t) VALUES ($1, $2) "
          "ON CONFLICT (device) DO UPDATE SET t = $2")


class RuleSql(ClientTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="gatehouse-sql-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost", "-keyout", "db.key", "-out",
                        "db.pem"], check=True, capture_output=True, timeout=60, cwd=cls.folder)
        cls.database = PostgresServer("open sesame".replace(" ", "-"),
                                      (cls.folder / "db.pem").read_text(),
                                      (cls.folder / "db.key").read_text())
        cls.addClassCleanup(cls.database.close)
        cls.database.ask("CREATE TABLE readings(device text PRIMARY KEY, t double precision)")
        cls.database.ask("CREATE TABLE events(n integer UNIQUE, body jsonb)")
        url = cls.database.url
        file = cls.folder / "targets.json"
        file.touch(0o600)
        file.write_text(json.dumps({"databases": {
            "plant": {"url": url()},
            "secure": {"url": url("localhost", more="?sslmode=verify-full"), "caFile": "db.pem"},
            "nameless": {"url": url(more="?sslmode=verify-full"), "caFile": "db.pem"},
            "wrong": {"url": url(password="no")},
            "theirs": {"url": url(), "accounts": [OTHER]}}}))
        cls.flags = ("--allow-anonymous", "--api-auth", "any", "--rules-targets-file", str(file),
                     "--rules-action-tries", "2")
        super().setUpClass()

    def make(self, name: str, target: str, statement: str, *parameters: str, check: bool = True,
             **members):
        """A rule for the messages on its own name."""
        action = {"sql": {"target": target, "statement": statement,
                          "parameters": list(parameters)} | members}
        return self.server.gatehouse("rule", "create", name, "--payload", json.dumps({
            "sql": f"SELECT * FROM '{name}/#'", "actions": [action],
            "awsIotSqlVersion": "2016-03-23"}), check=check)

    def publish(self, topic: str, *payloads: dict):
        publisher = self.device(f"p-{self._testMethodName}"[:60], door="mqtt",
                                user=None).connected()
        for payload in payloads:
            publisher.published(topic, json.dumps(payload).encode())
        publisher.close()

    def wait_for_rows(self, query: str, rows: list[str]):
        wait_until(lambda: self.database.ask(query) == rows, f"{rows} of {query}")

    def failure(self, name: str) -> str:
        return self.server.wait_for_record(eventType="RuleExecution", ruleName=name,
                                           status="Failure")["details"]

    def test_rows_of_a_rule(self):
        self.make("upsert", "plant", UPSERT, "${topic(2)}", "${t}")
        self.publish("upsert/lamp", {"t": 1})
        self.wait_for_rows("SELECT device, t FROM readings WHERE device = 'lamp'", ["lamp|1"])
        self.publish("upsert/lamp", {"t": 2.5})
        self.publish("upsert/door", {"t": 7})
        self.wait_for_rows("SELECT device, t FROM readings WHERE device IN ('lamp', 'door') "
                           "ORDER BY device", ["door|7", "lamp|2.5"])
        record = self.server.wait_for_record(eventType="RuleExecution", ruleName="upsert",
                                             status="Success")
        self.assertEqual(record["ruleAction"], "SqlAction")
        self.assertEqual(record["resources"], {"Target": "plant"})

    def test_many_and_the_payload_itself(self):
        self.make("many", "plant", "INSERT INTO events(n, body) VALUES ($1, $2)", "${n}",
                  bindPayload=True)
        self.publish("many/x", *({"n": number, "of": "many"} for number in range(200)))
        self.wait_for_rows("SELECT count(*), sum(n), min(body->>'of') FROM events "
                           "WHERE body->>'of' = 'many'", [f"200|{199 * 100}|many"])

    def test_parameters_are_never_part_of_the_statement(self):
        self.make("inject", "plant", UPSERT, "${name}", "${t}")
        name = "'); DROP TABLE readings; --"
        self.publish("inject/x", {"name": name, "t": 3})
        self.wait_for_rows(f"SELECT t FROM readings WHERE device = $${name}$$", ["3"])

    def test_tls(self):
        self.make("secure", "secure", UPSERT, "${topic(2)}", "${t}")
        self.publish("secure/tls", {"t": 4})
        self.wait_for_rows("SELECT t FROM readings WHERE device = 'tls'", ["4"])
        self.assertEqual(self.database.ask("SELECT count(*) > 0 FROM pg_stat_ssl JOIN "
                                           "pg_stat_activity USING (pid) WHERE ssl AND "
                                           "application_name = 'gatehouse'"), ["t"])
        # Its certificate has another name.
        self.make("nameless", "nameless", UPSERT, "${topic(2)}", "${t}")
        self.publish("nameless/tls", {"t": 5})
        self.assertIn("The database cannot be reached: ", self.failure("nameless"))

    def test_what_the_database_refuses(self):
        for number, (statement, parameters, why) in enumerate((
                ("INSERT INTO nothing VALUES (1)", (), "42P01"),
                ("SELEC 1", (), "42601"),
                ("SELECT 1; SELECT 2", (), "42601"),
                ("SELECT $1::int", ("${t}",), "22P02"),
                ("SELECT $1", (), "08P01"),
                ("COPY readings TO STDOUT", (), "COPY is not done by rules"))):
            name = f"refused{number}"
            self.make(name, "plant", statement, *parameters)
            self.publish(f"{name}/x", {"t": "warm"})
            self.assertIn(why, self.failure(name))
        # The connections go on.
        self.make("rows", "plant", "SELECT generate_series(1, 100000)")
        self.publish("rows/x", {})
        self.server.wait_for_record(eventType="RuleExecution", ruleName="rows", status="Success")

    def test_what_is_refused(self):
        for target in ("nobody", "theirs"):
            run = self.make("refused", target, UPSERT, check=False)
            self.assertIn(f"'{target}' is not among databases", run.stderr)
        run = self.make("refused", "plant", "SELECT '${t}'", check=False)
        self.assertIn("statement", run.stderr)
        self.make("wrong", "wrong", UPSERT, "a", "1")
        self.publish("wrong/x", {})
        told = self.failure("wrong")
        self.assertIn("password authentication failed", told)
        self.assertNotIn("sesame", told)

    def test_a_table_that_changes(self):
        self.database.ask("CREATE TABLE changing(a integer)")
        self.make("changing", "plant", "INSERT INTO changing VALUES ($1) RETURNING *", "${a}")
        self.publish("changing/x", {"a": 1})
        self.wait_for_rows("SELECT a FROM changing", ["1"])
        self.database.ask("ALTER TABLE changing ADD COLUMN b integer DEFAULT 7")
        self.publish("changing/x", {"a": 2})
        self.wait_for_rows("SELECT a, b FROM changing ORDER BY a", ["1|7", "2|7"])

    def test_a_database_that_is_away_comes_back(self):
        self.make("away", "plant", UPSERT, "away-${n}", "${n}")
        query = "SELECT device FROM readings WHERE device LIKE 'away-%' ORDER BY device"
        self.publish("away/x", {"n": 1})
        self.wait_for_rows(query, ["away-1"])
        self.database.stop()
        self.publish("away/x", {"n": 2}, {"n": 3})
        self.database.start()
        self.wait_for_rows(query, ["away-1", "away-2", "away-3"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
