"""Secrets are put into every place that takes one, everything is asked and provoked that might show
them, by real processes that log all they can: nothing does."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from standardwebhooks import Webhook
from tortoise.connection import get_connection

from domain.access import SYSTEM, Act, Role
from domain.partners.secrets import issue_secret
from domain.secrets import SecretBox
from domain.tokens.actions import create
from tests.rows import EDITOR, World, make_post, make_world
from tests.serving import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent


def whsec(letter: str) -> str:
    return "whsec_" + base64.b64encode(f"canary-{letter}".ljust(32, letter).encode()).decode()


KEY = "canary-of-the-deployment-key"
CREDENTIAL = "canary-of-a-platform-credential"
LATER_CREDENTIAL = "canary-of-a-later-credential"
PASSWORD = "canary-of-a-password"
SIGNING, WEBHOOK, LATER_WEBHOOK = whsec("s"), whsec("w"), whsec("l")
SHORT = "whsec_canaryTooShort"
WRONG_TOKEN = "xf_canary-of-a-token-that-opens-nothing-000"


class Receiver(BaseHTTPRequestHandler):
    """Takes webhooks, and is a platform that always fails."""

    seen: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.seen.append(f"{self.path} {self.headers} {body.decode()}")
        self.send_response(204)
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(500)
        self.end_headers()
        self.wfile.write(self.headers.get("authorization", "").encode())

    def log_message(self, *arguments: Any) -> None:
        """Not to the terminal."""


@dataclass
class Deployment:
    """shown: all that was ever shown to anybody, by where. secret: of a preview's link."""

    url: str
    metrics: str
    token: str
    world: World
    directory: Path
    receiver: str
    seen: list[str]
    shown: dict[str, str] = field(default_factory=dict)
    secret: str = ""

    def handed_out(self, text: str) -> bool:
        """Whether what was shown once, to who made it, stands in a text."""
        return self.token in text or self.secret in text

    def call(self, place: str, path: str, body: Any = None, **headers: str) -> str:
        """What is answered, headers and all; kept."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body, given["content-type"] = json.dumps(body).encode(), "application/json"
        address = path if path.startswith("http") else self.url + path
        request = urllib.request.Request(address, body, given)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                text = f"{answer.headers} {answer.read().decode()}"
        except urllib.error.HTTPError as refused:
            text = f"{refused.headers} {refused.read().decode()}"
        self.shown[place] = self.shown.get(place, "") + text
        return text

    def ask(self, place: str, query: str, given: Any = None, **headers: str) -> str:
        authorization = {"authorization": f"Bearer {self.token}", **headers}
        return self.call(place, "/graphql", {"query": query, "variables": given}, **authorization)

    def listen(self, post: int) -> threading.Thread:
        """Reads events of a post until its value is 7; the thread ends then."""
        query = (
            f'subscription {{ engagementChanged(ids: ["Post:{post}"]) {{ id reads {{ value }} }} }}'
        )
        request = urllib.request.Request(
            f"{self.url}/graphql?query={quote(query)}",
            headers={
                "accept": "text/event-stream",
                "authorization": f"Bearer {self.token}",
            },
        )
        answer = urllib.request.urlopen(request, timeout=20)
        lines: list[str] = [str(answer.headers)]

        def read() -> None:
            with answer:
                for line in answer:
                    lines.append(line.decode())
                    if b'"value":7' in line:
                        break
            self.shown["subscription"] = "".join(lines)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread


@contextmanager
def processes(database_url: str, directory: Path, receiver: str) -> Iterator[tuple[str, str]]:
    port, metrics = free_port(), free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "XINFENG_SECRET_KEY": KEY,
        "XINFENG_LOG_LEVEL": "debug",
        "XINFENG_SLOW_OPERATION_SECONDS": "0.000001",
        "XINFENG_PRIVATE_NETWORKS": "127.0.0.0/8",
        "XINFENG_PLATFORM_URLS": json.dumps({"WEIBO": f"{receiver}/weibo"}),
        "XINFENG_PULL_INTERVAL_SECONDS": "1",
        "XINFENG_PORT": str(port),
    }
    api = {"XINFENG_METRICS_ADDRESS": f"127.0.0.1:{metrics}"}
    started = []
    try:
        for name, more in (("serve", api), ("worker", {})):
            with (directory / f"{name}.log").open("wb") as log:
                started.append(
                    subprocess.Popen(
                        [sys.executable, "cli.py", name],
                        cwd=ROOT,
                        env={**environment, **more},
                        stdout=log,
                        stderr=log,
                    )
                )
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(f"{url}/readyz"), 40)
        yield url, f"http://127.0.0.1:{metrics}/metrics"
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(30)


def _answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url, timeout=2) as response:
        return bool(response.status == 200)
    return False


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def deployment(
    database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Deployment]:
    seen: list[str] = []
    handler = type("Own", (Receiver,), {"seen": seen})
    listening = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    receiver = f"http://127.0.0.1:{listening.server_port}"
    directory = tmp_path_factory.mktemp("canaries")
    world = await make_world()
    await issue_secret(
        EDITOR,
        SecretBox((KEY,)),
        world.partner_id,
        random=lambda size: base64.b64decode(SIGNING.removeprefix("whsec_")),
    )
    _, token = await create(Act(SYSTEM, datetime.now(UTC)), "desk", Role.ADMINISTRATOR, None)
    with processes(database, directory, receiver) as (url, metrics):
        opened = Deployment(url, metrics, token, world, directory, receiver, seen)
        await asyncio.to_thread(_provoke, opened, await make_post(world.account_id))
        yield opened
    listening.shutdown()
    listening.server_close()


REGISTER = """mutation($input: RegisterWebhookEndpointInput!) {
  registerWebhookEndpoint(input: $input) { __typename
    ... on WebhookEndpointPayload { endpoint { id url messages { nodes { data lastError } } } }
    ... on Problem { code message path } } }"""
ROTATE = """mutation($input: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $input) {
  __typename ... on Problem { code message path } } }"""
CREDENTIALS = """mutation($input: SetAccountCredentialInput!) {
  setAccountCredential(input: $input) { __typename ... on Problem { code message path } } }"""
CREATE = """mutation($input: CreateArticleInput!) { createArticle(input: $input) {
  ... on ArticlePayload { article { id version } } ... on Problem { message } } }"""
PUBLISH = """mutation($input: PublishArticleInput!) { publishArticle(input: $input) {
  __typename ... on Problem { message } } }"""
PREVIEW = """mutation($input: CreatePreviewLinkInput!) { createPreviewLink(input: $input) {
  ... on NewPreviewLinkPayload { link } ... on Problem { message } } }"""
READ = """{ auditEntries(first: 100) { nodes { actor action subject before after requestId } }
  webhookEndpoints { nodes { url description disabledWhy messages { nodes { data lastError } } } }
  partners { nodes { name
    accounts { nodes { handle baseUrl pullStatus { lastFailure { reason } } } }
    deliveries { nodes { webhookId rejections { message item } } } } } }"""
SCHEMA = """{ __schema { types { name description inputFields { name description defaultValue }
  fields { name description args { name defaultValue } } enumValues { name description } } } }"""


def _provoke(opened: Deployment, post: int) -> None:
    """Each secret goes in, rightly and wrongly; then everything that shows anything is asked."""
    account, partner = f"Account:{opened.world.account_id}", f"Partner:{opened.world.partner_id}"
    hook = {"url": f"{opened.receiver}/hook", "events": ["ARTICLE_PUBLISHED"]}
    assert "WebhookEndpoint:1" in opened.ask(
        "mutations", REGISTER, {"input": {**hook, "secret": WEBHOOK}}
    )
    rotated = {"id": "WebhookEndpoint:1", "secret": LATER_WEBHOOK}
    assert "WebhookEndpointPayload" in opened.ask("mutations", ROTATE, {"input": rotated})
    for credential in (CREDENTIAL, LATER_CREDENTIAL):
        given = {"input": {"id": account, "credential": credential}}
        assert "AccountPayload" in opened.ask("mutations", CREDENTIALS, given)
    for secret in (SHORT, f"{WEBHOOK} ", f"{WEBHOOK}\u0000"):
        opened.ask("errors", REGISTER, {"input": {**hook, "secret": secret}})
        opened.ask("errors", ROTATE, {"input": {"id": "WebhookEndpoint:99", "secret": secret}})
    for misplaced in (WEBHOOK, [WEBHOOK], {"x": WEBHOOK}):
        refused = opened.ask("errors", REGISTER, {"input": {"secret": misplaced}})
        assert "errors" in refused
    text, parts, lines = f"{{{CREDENTIAL}", f'{{"a": ["{CREDENTIAL}"]}}', f"{CREDENTIAL}\n"
    for wrong in (text, parts, lines, [CREDENTIAL]):
        opened.ask("errors", CREDENTIALS, {"input": {"id": account, "credential": wrong}})
    written = (
        f'mutation {{ rotateWebhookSecret(input: {{secret: "{LATER_WEBHOOK}"}}) {{ __typename }} }}'
    )
    assert "errors" in opened.ask("errors", written)
    opened.ask("errors", "{ network { id } }", authorization=f"Bearer {WRONG_TOKEN}")
    opened.ask("errors", "{ network { id } }", authorization=f"Basic {WRONG_TOKEN}")
    form = f"email=nobody@example.org&password={PASSWORD}".encode()
    opened.call("sign-in", "/sign-in", form, content_type="application/x-www-form-urlencoded")
    _push(opened, partner, post)
    _publish(opened)
    for place, path in (("graphiql", "/graphql"), ("home", "/"), ("sign-in", "/sign-in")):
        opened.call(place, path, accept="text/html")
    opened.call("sdl", "/schema.graphql")
    opened.call("openapi", "/v1/openapi.json")
    opened.call("metrics", opened.metrics)
    assert "auditEntries" in opened.ask("explain", READ, x_xinfeng_explain="1")
    assert '"errors"' not in opened.ask("graph", READ)
    assert "RotateWebhookSecretInput" in opened.ask("introspection", SCHEMA)


def _push(opened: Deployment, partner: str, post: int) -> None:
    now = datetime.now(UTC)
    item = {"post": f"Post:{post}", "metric": "READS", "value": 7, "observedAt": now.isoformat()}
    body = json.dumps({"items": [item]})
    for number, secret in enumerate((SIGNING, WEBHOOK)):
        headers = {
            "content-type": "application/json",
            "webhook-id": f"push-{number}",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(f"push-{number}", now, body),
        }
        following = opened.listen(post) if number == 0 else None
        answer = opened.call("push", f"/v1/engagement?partner={partner}", body.encode(), **headers)
        assert ('"accepted":1' in answer) is (number == 0)
        if following is not None:
            following.join(20)
            assert '"value":7' in opened.shown["subscription"]


def _publish(opened: Deployment) -> None:
    world = opened.world
    given = {
        "title": "文章",
        "authorId": f"Person:{world.person_id}",
        "organizationId": f"Organization:{world.organization_id}",
    }
    made = opened.ask("mutations", CREATE, {"input": given})
    number = made.split('"Article:')[1].split('"')[0]
    published = {"input": {"id": f"Article:{number}", "version": 1}}
    _preview(opened, f"Article:{number}")
    assert "ArticlePayload" in opened.ask("mutations", PUBLISH, published)
    wait_until(lambda: any("/hook" in text for text in opened.seen), 20)


def _preview(opened: Deployment, article: str) -> None:
    """Opened as a page, as a file, and in the graph, by who knows and by who does not."""
    handed = opened.ask("handed", PREVIEW, {"input": {"articleId": article, "recipient": "某"}})
    opened.secret = handed.split("/preview/")[1].split('"')[0]
    assert "<article>" in opened.call("preview", f"/preview/{opened.secret}")
    opened.call("preview", f"/preview/{opened.secret}/media/1")
    opened.call("preview", f"/preview/{opened.secret}x")
    query, given = quote("query($s: String!) { preview(secret: $s) { title } }"), opened.secret
    variables = quote(json.dumps({"s": given}))
    assert "文章" in opened.call("preview", f"/graphql?query={query}&variables={variables}")
    wrong = quote(json.dumps({"s": [given], "t": given}))
    opened.call("preview", f"/graphql?query={query}&variables={wrong}")


CANARIES = {
    name: value
    for name, value in globals().items()
    if name
    in (
        "KEY",
        "CREDENTIAL",
        "LATER_CREDENTIAL",
        "PASSWORD",
        "SIGNING",
        "WEBHOOK",
        "LATER_WEBHOOK",
        "SHORT",
        "WRONG_TOKEN",
    )
}


def leaks(text: str) -> list[str]:
    """The names of the secrets in it: as they are, in base64 or hexadecimal, or the bytes meant."""
    return [name for name, value in CANARIES.items() if any(form in text for form in _forms(value))]


def _forms(value: str) -> list[str]:
    bare = value.removeprefix("whsec_").removeprefix("xf_")
    return [
        bare,
        bare.rstrip("="),
        base64.b64encode(value.encode()).decode().rstrip("="),
        value.encode().hex(),
        bare.encode().hex(),
    ]


PLACES = [
    "mutations",
    "errors",
    "sign-in",
    "push",
    "subscription",
    "graphiql",
    "home",
    "sdl",
    "openapi",
    "metrics",
    "explain",
    "graph",
    "introspection",
    "preview",
]


@pytest.mark.parametrize("place", PLACES)
def test_nothing_that_is_answered_shows_a_secret(deployment: Deployment, place: str) -> None:
    text = deployment.shown[place]
    assert len(text) > 100
    assert leaks(text) == []
    assert not deployment.handed_out(text)


def test_no_log_shows_a_secret(deployment: Deployment) -> None:
    wait_until(lambda: "pull" in (deployment.directory / "worker.log").read_text(), 20)
    for name in ("serve", "worker"):
        text = (deployment.directory / f"{name}.log").read_text()
        assert '"level": "debug"' in text or "slow operation" in text or name == "worker"
        assert leaks(text) == [], name
        assert not deployment.handed_out(text)


def test_no_message_shows_a_secret(deployment: Deployment) -> None:
    assert leaks("".join(deployment.seen)) == []
    assert not deployment.handed_out("".join(deployment.seen))


async def test_no_row_holds_a_secret_that_is_not_sealed(deployment: Deployment) -> None:
    connection = get_connection("default")
    tables = await connection.execute_query_dict(
        "SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables"
        " WHERE table_schema IN ('public', 'jobs') AND table_type = 'BASE TABLE'"
    )
    assert len(tables) > 30
    for table in tables:
        rows = await connection.execute_query_dict(f"SELECT t::text AS row FROM {table['name']} t")
        text = "\n".join(row["row"] for row in rows)
        assert leaks(text) == [], table["name"]
        assert not deployment.handed_out(text), table["name"]


COMMANDS = [
    ("settings", "--json"),
    ("token", "list", "--json"),
    ("webhook", "list", "--json"),
    ("webhook", "messages", "WebhookEndpoint:1", "--json"),
    ("partner", "secret", "list", "Partner:1"),
    ("audit", "export", "-"),
    ("secrets", "rotate", "--check", "--json"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_shows_a_secret(
    deployment: Deployment, database: str, command: tuple[str, ...]
) -> None:
    environment = {**os.environ, "DATABASE_URL": database, "XINFENG_SECRET_KEY": KEY}
    done = subprocess.run(
        [sys.executable, "cli.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert leaks(done.stdout + done.stderr) == []


def test_the_search_finds_what_is_there() -> None:
    for name, value in CANARIES.items():
        for form in (value, base64.b64encode(value.encode()).decode(), value.encode().hex()):
            assert name in leaks(f"a {form} b")
