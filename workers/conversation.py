"""Talking with one account's platform: the allowance first, then the request, then its answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from domain.access import SYSTEM, Act
from domain.partners.credentials import Secrets, credential_of
from domain.partners.models import Account
from domain.pulling.actions.accounts import keep_renewed
from domain.pulling.actions.archive import GivenAnswer
from domain.pulling.rules import FRESH_SECONDS, BudgetRule
from workers.accounts import pulled_account
from workers.allowance import Allowance
from workers.http import ask
from workers.platforms.failures import Expired, PullFailure, Retryable, Throttled
from workers.platforms.protocol import (
    Adapter,
    Answer,
    AskedPost,
    Asking,
    PulledAccount,
    Reading,
    Request,
)
from workers.tools import Tools

T = TypeVar("T")
OPEN = frozenset({"app_id", "client_id", "client_key", "expires_at"})
"""Parts of a credential that are no secrets, and may stand in what a platform says."""

SHORTEST_SECRET = 8
log = structlog.get_logger()


class NoReading(Exception):
    """A failure, and the answer it came with, if there was one."""

    def __init__(self, failure: PullFailure, answer: GivenAnswer | None = None) -> None:
        super().__init__(failure.reason)
        self.failure, self.answer = failure, answer


class BacklogWaits(Exception):
    """What is left of the allowance is kept for fresh posts until then."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class Conversation:
    """A token that no longer holds is renewed, and the request repeated; if the fresh one does not
    hold either, only a person can help.

    Raises NoReading whatever goes wrong, or BacklogWaits.
    """

    def __init__(self, tools: Tools, adapter: Adapter, row: Account) -> None:
        self._tools, self._adapter = tools, adapter
        self._sealed: bytes | None = row.credential
        self._was_renewed = False
        self._allowance = Allowance()
        try:
            self.account = pulled_account(tools, row)
        except PullFailure as failure:
            raise NoReading(failure) from None

    async def counters(
        self, posts: Sequence[AskedPost], expected: int = 1
    ) -> tuple[Reading, GivenAnswer]:
        """expected: how many requests like this one are to come, with it."""
        return await self._ask(
            posts[0],
            expected,
            self._adapter.budget,
            lambda asking: self._adapter.build(self.account, posts, asking),
            lambda answer: self._adapter.read(self.account, posts, answer),
        )

    async def existence(self, post: AskedPost) -> tuple[bool, GivenAnswer]:
        """Whether the post is still there; to be asked only where the adapter can probe."""
        return await self._ask(
            post,
            1,
            self._adapter.probe_budget,
            lambda asking: self._adapter.build_probe(self.account, post, asking),
            lambda answer: self._adapter.read_probe(self.account, post, answer),
        )

    async def end(self) -> None:
        """Gives back what was taken of the allowance and not needed."""
        await self._allowance.give_back()

    async def _ask(
        self,
        newest: AskedPost,
        expected: int,
        budget: Callable[[PulledAccount], BudgetRule],
        build: Callable[[Asking], Request],
        read: Callable[[Answer], T],
    ) -> tuple[T, GivenAnswer]:
        try:
            return await self._ask_once(newest, expected, budget, build, read)
        except NoReading as error:
            if not isinstance(error.failure, Expired) or not await self._renew():
                raise
        return await self._ask_once(newest, expected, budget, build, read)

    async def _ask_once(
        self,
        newest: AskedPost,
        expected: int,
        budget: Callable[[PulledAccount], BudgetRule],
        build: Callable[[Asking], Request],
        read: Callable[[Answer], T],
    ) -> tuple[T, GivenAnswer]:
        """A call that cannot be reserved is not made."""
        given: GivenAnswer | None = None
        try:
            request = build(self._asking())
            await self._reserve(newest, expected, budget(self.account))
            answer = await ask(self._tools.session, request, self._tools.clock)
            given = self._given(request, answer)
            told = read(answer)
            self._was_renewed = False
            return told, given
        except PullFailure as failure:
            raise NoReading(failure, given) from failure

    async def _reserve(self, newest: AskedPost, expected: int, rule: BudgetRule) -> None:
        now = self._tools.clock()
        is_fresh = now - newest.posted_at <= timedelta(seconds=FRESH_SECONDS)
        opens_at = await self._allowance.take(rule, now, is_fresh=is_fresh, expected=expected)
        if opens_at is None:
            return
        if not is_fresh and rule.units_for(True) > rule.units_for(False):
            raise BacklogWaits(opens_at)
        raise Throttled("the allowance of this platform is used up", opens_at)

    async def _renew(self) -> bool:
        """Whether there is a fresh token now. What was said about it is kept nowhere."""
        if self._was_renewed or self._sealed is None:
            return False
        self._was_renewed = True
        try:
            request = self._adapter.renewal(self.account, self._asking())
            if request is None:
                return False
            answer = await ask(self._tools.session, request, self._tools.clock)
            fresh = self._adapter.read_renewal(self.account, answer)
        except PullFailure as failure:
            raise NoReading(failure) from failure
        secrets = {**self.account.secrets, **fresh}
        box = self._tools.box
        sealed = box.seal(credential_of(secrets))
        act = Act(SYSTEM, answer.received_at)
        if not await keep_renewed(act, self.account.id, self._sealed, sealed, box):
            raise NoReading(Retryable("the credential was changed meanwhile"))
        self._sealed, self.account = sealed, replace(self.account, secrets=secrets)
        log.info("credential_renewed", account_id=self.account.id)
        return True

    def _asking(self) -> Asking:
        return Asking(self._tools.clock(), self._tools.nonce())

    def _given(self, request: Request, answer: Answer) -> GivenAnswer:
        return GivenAnswer(
            self.account.id,
            self.account.platform,
            request.shown(),
            answer.status,
            without(self.account.secrets, answer.body),
            answer.received_at,
        )


def without(secrets: Secrets, body: bytes) -> bytes:
    """What a platform said, to be kept: should it repeat a secret, without that."""
    for name, secret in secrets.items():
        if name not in OPEN and len(secret) >= SHORTEST_SECRET:
            body = body.replace(secret.encode(), b"[secret]")
    return body
