"""What is found: does it follow from what there is, and the list of synonyms."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime

from commands.failures import CommandFailed
from commands.progress import progress
from commands.runtime import Json, on_database, running, say
from domain.access import SYSTEM, Act
from domain.search.actions import remove_synonyms, set_synonyms
from domain.search.actions.rebuild import rebuild as rebuild_entries
from domain.search.actions.rebuild import verify as verify_entries
from domain.search.reading import Synonyms, synonyms_of, synonyms_of_all


def rebuild() -> None:
    """Write anew what is found of every article, campaign, partner and organization."""
    with running() as settings, progress("rebuilding") as report:
        written = on_database(settings.database_url, rebuild_entries(report))
    say(f"{written} can be found")


def verify(*, as_json: Json = False) -> None:
    """Derive anew what is found and compare; exit 1 when something differs.

    Parameters
    ----------
    as_json
        What differs as a list of objects.
    """
    with running() as settings, progress("comparing") as report:
        stale = on_database(settings.database_url, verify_entries(report))
    if as_json:
        print(json.dumps([asdict(each) for each in stale], indent=2))
    else:
        for each in stale:
            print(each)
    if stale:
        raise CommandFailed(f"{len(stale)} differ: ./xinfeng search rebuild sets them right")
    say("everything is found as it is")


def synonyms(*words: str, remove: bool = False, as_json: Json = False) -> None:
    """List the synonyms; with words, set those of the first to the others.

    Parameters
    ----------
    words
        A word, and what whoever searches for it is shown too.
    remove
        Remove the word from the list.
    as_json
        The list as objects instead of lines.
    """
    with running() as settings:
        if words:
            told = on_database(settings.database_url, _change(words, remove=remove))
            say(told)
            return
        found = on_database(settings.database_url, synonyms_of_all())
    if as_json:
        print(json.dumps([asdict(each) for each in found], ensure_ascii=False, indent=2))
        return
    for each in found:
        print(f"{each.word}: {', '.join(each.synonyms)}")


async def _change(words: tuple[str, ...], *, remove: bool) -> str:
    act, word = Act(SYSTEM, datetime.now(UTC)), words[0]
    if not remove:
        await set_synonyms(act, word, words[1:])
        return f"{word} also finds {', '.join(words[1:])}"
    known: Synonyms | None = await synonyms_of(word)
    if known is None:
        raise CommandFailed(f"{word} has no synonyms")
    await remove_synonyms(act, known.number)
    return f"{word} has no synonyms any more"
