"""Webhooks: register addresses, look at their messages, send them again."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from commands.failures import CommandFailed
from commands.runtime import Json, on_database, running, say
from domain.access import SYSTEM, Act
from domain.engagement.rules import Metric, SubjectKind
from domain.ids import format_id, parse_id
from domain.secrets import SecretBox
from domain.webhooks import actions, reading
from domain.webhooks.rules import MessageState, WebhookEventType

Events = Annotated[list[WebhookEventType], Parameter(name="--event", negative=())]
First = Annotated[int, Parameter(validator=Number(gte=1, lte=1000))]


def register(
    url: str,
    *,
    events: Events,
    kind: SubjectKind | None = None,
    metric: Metric | None = None,
    value: int | None = None,
    description: str = "",
) -> None:
    """Register an address that is told of events, and print its secret; it is shown this once.

    Parameters
    ----------
    url
        Where messages are sent.
    events
        Of what it is told; give it several times for several.
    kind
        For ENGAGEMENT_THRESHOLD: whose total, POST, ARTICLE or CAMPAIGN.
    metric
        For ENGAGEMENT_THRESHOLD: which total.
    value
        For ENGAGEMENT_THRESHOLD: what it must have reached.
    description
        Whose it is, or what for.
    """
    threshold = None
    if kind is not None and metric is not None and value is not None:
        threshold = actions.Threshold(kind, metric, value)
    elif (kind, metric, value) != (None, None, None):
        raise CommandFailed("--kind, --metric and --value belong together")
    secret = actions.new_secret(secrets.token_bytes)
    new = actions.NewEndpoint(
        url=url, events=events, secret=secret, description=description, threshold=threshold
    )
    with running(needs_key=True) as settings:
        work = actions.register(_act(), new, SecretBox(settings.secret_keys))
        number = on_database(settings.database_url, work)
    say(f"{format_id('WebhookEndpoint', number)}; keep its secret, it is not shown again:")
    print(secret)


def rotate(endpoint_id: str) -> None:
    """Replace an address's secret and print the new one; the older one signs beside it for a day.

    Parameters
    ----------
    endpoint_id
        Its id, like WebhookEndpoint:2.
    """
    number = _endpoint(endpoint_id)
    secret = actions.new_secret(secrets.token_bytes)
    with running(needs_key=True) as settings:
        work = actions.rotate(_act(), number, secret, SecretBox(settings.secret_keys))
        on_database(settings.database_url, work)
    say(f"the secret of {endpoint_id}; keep it, it is not shown again:")
    print(secret)


def list_endpoints(*, as_json: Json = False) -> None:
    """List the addresses, and how many messages wait or are dead.

    Parameters
    ----------
    as_json
        A list of objects instead of lines.
    """
    with running() as settings:
        rows = on_database(settings.database_url, reading.endpoints(SYSTEM))
    if as_json:
        _print(rows)
        return
    for row in rows:
        state = (
            f"disabled {row['disabledAt']} {row['disabledWhy']}" if row["disabledAt"] else "told"
        )
        print(f"{row['id']}  {row['url']}  {', '.join(row['events'])}  ({state.strip()})")
        print(f"    {row['pending']} pending, {row['dead']} dead")


def messages(
    endpoint_id: str, *, state: MessageState | None = None, first: First = 20, as_json: Json = False
) -> None:
    """List the latest messages to an address.

    Parameters
    ----------
    endpoint_id
        Its id, like WebhookEndpoint:2.
    state
        Only those that stand so.
    first
        How many at most.
    as_json
        A list of objects instead of lines.
    """
    number = _endpoint(endpoint_id)
    with running() as settings:
        work = reading.messages(SYSTEM, number, state=state, most=first)
        rows = on_database(settings.database_url, work)
    if as_json:
        _print(rows)
        return
    for row in rows:
        last = row["lastStatus"] or row["lastError"] or "not tried yet"
        print(f"{row['id']}  {row['type']}  {row['state']}  {row['attempts']} attempts, {last}")


def replay(of: str) -> None:
    """Send a message again, or all dead ones of an address.

    Parameters
    ----------
    of
        Like WebhookMessage:91, or WebhookEndpoint:2.
    """
    kind, number = parse_id(of, "WebhookMessage", "WebhookEndpoint", path=("of",))
    with running() as settings:
        replayed = on_database(settings.database_url, _replay(kind, number))
    say(f"{replayed} to be sent again")


async def _replay(kind: str, number: int) -> int:
    if kind == "WebhookEndpoint":
        return await actions.replay_dead(_act(), number)
    await actions.replay(_act(), number)
    return 1


def disable(endpoint_id: str, *, why: str = "") -> None:
    """Tell an address nothing more; what waits for it is dead.

    Parameters
    ----------
    endpoint_id
        Its id, like WebhookEndpoint:2.
    why
        A note for who wonders later.
    """
    number = _endpoint(endpoint_id)
    with running() as settings:
        on_database(settings.database_url, actions.disable(_act(), number, why))
    say(f"{endpoint_id} is told nothing more")


def enable(endpoint_id: str) -> None:
    """Tell an address again, of what happens from now on.

    Parameters
    ----------
    endpoint_id
        Its id, like WebhookEndpoint:2.
    """
    number = _endpoint(endpoint_id)
    with running() as settings:
        on_database(settings.database_url, actions.enable(_act(), number))
    say(f"{endpoint_id} is told again")


def _endpoint(text: str) -> int:
    return parse_id(text, "WebhookEndpoint", path=("endpoint_id",))[1]


def _act() -> Act:
    return Act(SYSTEM, datetime.now(UTC))


def _print(rows: list[dict[str, Any]]) -> None:
    print(json.dumps(rows, ensure_ascii=False, indent=2))
