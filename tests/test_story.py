"""One day of a media centre, through the real HTTP server, a real worker and the sandbox platform:
an article is written, published, carried by a blogger, and its reads come back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.access import SYSTEM, Act, Role
from domain.articles.models import Article
from domain.database import open_database
from domain.organizations import actions as organizations
from domain.organizations.rules import OrganizationKind
from domain.partners.secrets import issue_secret
from domain.people import actions as people
from domain.tokens import actions as tokens
from tests.platforms import BOX, HOUR, KEY, SandboxProcess, counters, sandbox_process, seen_ids
from tests.pushes import sign
from tests.serving import free_port
from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent
LATER = "2025-10-03T20"


class Newsroom:
    """What an editor, an app and a partner do: HTTP, nothing else."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.token = token

    def ask(self, query: str, *, token: str = "", **variables: Any) -> Any:
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        answer = self.send("/graphql", body, headers)
        assert "errors" not in answer, answer
        return answer["data"]

    def change(self, field: str, kind: str, asked: str, /, **given: Any) -> Any:
        """One mutation as the administrator; what was asked of its payload."""
        query = (
            f"mutation($input: {kind}!) {{ it: {field}(input: $input) {{ __typename {asked} }} }}"
        )
        made = self.ask(query, token=self.token, input=given)["it"]
        assert made.pop("__typename").endswith("Payload"), made
        return next(iter(made.values()))

    def send(self, path: str, body: bytes, headers: dict[str, str]) -> Any:
        request = urllib.request.Request(self.url + path, body, headers)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.loads(response.read())

    def reads(self, field: str, id_: str) -> tuple[int | None, str]:
        found = self.ask(
            f"query($id: ID!) {{ it: {field}(id: $id) {{ reads {{ value status }} }} }}", id=id_
        )["it"]["reads"]
        return found["value"], found["status"]


@contextmanager
def process(database_url: str, *command: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, "DATABASE_URL": database_url, "XINFENG_SECRET_KEY": KEY, **more}
    started = subprocess.Popen([sys.executable, "cli.py", *command], cwd=ROOT, env=environment)
    try:
        yield started
    finally:
        started.terminate()
        started.wait(30)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxProcess]:
    with sandbox_process(hour=HOUR) as started:
        yield started


@pytest.fixture(scope="module")
def newsroom(database_url: str, sandbox: SandboxProcess) -> Iterator[Newsroom]:
    port = free_port()
    urls = json.dumps({"WEIBO": f"{sandbox.url}/weibo"})
    with (
        process(database_url, "serve", XINFENG_PORT=str(port)),
        process(
            database_url,
            "worker",
            XINFENG_PULL_INTERVAL_SECONDS="1",
            XINFENG_PLATFORM_URLS=urls,
        ),
    ):
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _is_ready(url), 30)
        yield Newsroom(url, "")


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


async def test_a_day(newsroom: Newsroom, sandbox: SandboxProcess, database_url: str) -> None:
    async with open_database(database_url):
        act = Act(SYSTEM, datetime.now(UTC))
        _, newsroom.token = await tokens.create(act, "editor", Role.ADMINISTRATOR, None)
        centre = await organizations.create(
            act,
            organizations.NewOrganization(kind=OrganizationKind.MEDIA_CENTRE, name="融媒体中心"),
        )
        author = await people.create(act, people.NewPerson(name="王编辑", organization_id=centre))

        article = newsroom.change(
            "createArticle",
            "CreateArticleInput",
            "... on ArticlePayload { article { id version status } }",
            title="志愿者走进社区",
            authorId=f"Person:{author}",
            organizationId=f"Organization:{centre}",
        )
        assert article["status"] == "DRAFT"
        assert newsroom.ask("{ articles { totalCount } }")["articles"]["totalCount"] == 0
        newsroom.change(
            "publishArticle",
            "PublishArticleInput",
            "... on ArticlePayload { article { id } }",
            id=article["id"],
            version=article["version"],
        )
        wait_until(
            lambda: newsroom.ask("{ articles { totalCount } }")["articles"]["totalCount"] == 1, 5
        )
        assert (await Article.get(id=int(article["id"].split(":")[1]))).status == "PUBLISHED"

        partner, account, post = _carry(newsroom, centre, article["id"])
        external_id = post["externalId"]
        first = counters(external_id)["reads"]
        wait_until(lambda: newsroom.reads("article", article["id"]) == (first, "EXACT"), 60)

        sandbox.call("PUT", "/clock", {"hour": LATER})
        later = counters(external_id, LATER)["reads"]
        wait_until(lambda: newsroom.reads("article", article["id"]) == (later, "EXACT"), 60)
        for field, id_ in (
            ("partner", partner["id"]),
            ("account", account["id"]),
            ("organization", f"Organization:{centre}"),
        ):
            assert newsroom.reads(field, id_) == (later, "EXACT")

        secret = await issue_secret(act, BOX, int(partner["id"].split(":")[1]))
        _push(newsroom, partner["id"], secret, post["id"], later + 1_000)
        wait_until(lambda: newsroom.reads("post", post["id"])[0] == later + 1_000, 60)


def _carry(newsroom: Newsroom, centre: int, article_id: str) -> tuple[Any, Any, Any]:
    """A blogger, its Weibo account of the media class, and its post of the article."""
    partner = newsroom.change(
        "registerPartner",
        "RegisterPartnerInput",
        "... on PartnerPayload { partner { id } }",
        kind="BLOGGER",
        name="黄村博主",
        organizationId=f"Organization:{centre}",
    )
    account = newsroom.change(
        "registerAccount",
        "RegisterAccountInput",
        "... on AccountPayload { account { id } }",
        partnerId=partner["id"],
        platform="WEIBO",
        externalId="1000001",
        handle="@黄村博主",
        credential="media-story",
        isMedia=True,
    )
    (external_id,) = seen_ids(1, start=40)
    post = newsroom.change(
        "registerPost",
        "RegisterPostInput",
        "... on PostPayload { post { id externalId } }",
        accountId=account["id"],
        externalId=external_id,
        postedAt=(datetime.now(UTC) - timedelta(hours=1)).isoformat(),
        articleId=article_id,
    )
    return partner, account, post


def _push(newsroom: Newsroom, partner_id: str, secret: str, post_id: str, value: int) -> None:
    observed_at = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    item = {"post": post_id, "metric": "READS", "value": value, "observedAt": observed_at}
    body = json.dumps({"items": [item]}).encode()
    now = int(time.time())
    headers = {
        "content-type": "application/json",
        "webhook-id": "msg_story",
        "webhook-timestamp": str(now),
        "webhook-signature": sign(secret, "msg_story", now, body),
    }
    path = f"/v1/engagement?partner={partner_id}"
    answer = {"accepted": 1, "duplicates": 0, "rejected": []}
    assert newsroom.send(path, body, headers) == answer
    assert newsroom.send(path, body, headers) == answer  # a replay is told the same
