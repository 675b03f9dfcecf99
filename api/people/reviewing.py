"""/review/…: the page on which somebody without an account decides one stage of a review."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from starlette.responses import Response
from starlette.routing import Route

from api.people.pages import Failed, Visit, visiting
from api.people.words import said
from domain.articles.models import ArticleRevision
from domain.problems import Conflict, NotFound, Problem
from domain.reviews.actions import invitations
from domain.reviews.actions.decisions import Decision

PATH = "/review/"


async def show(visit: Visit) -> Response:
    """Looking uses nothing up."""
    return visit.page("review.html", **await _form(visit, await _shown(visit)))


async def submit(visit: Visit) -> Response:
    shown = await _shown(visit)
    form = await visit.form()
    decision = Decision(
        approves=form.get("decision") == "approve",
        revision=shown.invitation.revision,
        opinion=form.get("opinion", ""),
    )
    try:
        await invitations.use(_secret(visit), decision, now=visit.now, request_id=visit.request_id)
    except NotFound as problem:
        raise Failed(problem.code, 404) from None
    except Conflict:
        raise Failed("NOT_NOW", 409) from None
    except Problem:
        values = await _form(visit, shown) | {"opinion": decision.opinion}
        error = said("opinion_wrong", visit.language)
        return visit.page("review.html", 422, error=error, **values)
    return visit.page("review_done.html")


async def _shown(visit: Visit) -> invitations.Shown:
    try:
        return await invitations.shown(_secret(visit), now=visit.now)
    except NotFound as problem:
        raise Failed(problem.code, 404) from None


def _secret(visit: Visit) -> str:
    return str(visit.request.path_params["secret"])


async def _form(visit: Visit, shown: invitations.Shown) -> dict[str, Any]:
    number = shown.invitation.revision
    article = await ArticleRevision.get(article_id=shown.review.subject_id, number=number)
    return {
        "name": shown.invitation.name,
        "stage": shown.stage.title,
        "revision": number,
        "until": shown.invitation.expires_at.astimezone(visit.settings.zone),
        "article": article.content,
        # Sanitised before it was stored; the page's policy lets nothing in it be loaded or run.
        "body": Markup(article.body),
        "opinion": "",
    }


routes = [
    Route("/review/{secret}", visiting(show), methods=["GET"]),
    Route("/review/{secret}", visiting(submit), methods=["POST"]),
]
