"""The commands, put together. Each lives in commands/ and is imported when it is called."""

from __future__ import annotations

import os
import signal
import sys
import tomllib
import traceback
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from cyclopts import App, CycloptsError

from commands.explanations import USAGE, explain


class Command(NamedTuple):
    name: str
    function: str
    summary: str
    examples: tuple[str, ...]


COMMANDS = (
    Command(
        "demo",
        "commands.demo:demo",
        "Set everything up with a demo district and run it: database, API, workers, sandbox.",
        ("demo", "demo --port 9000 --data /tmp/xinfeng", "demo --speed 3600"),
    ),
    Command(
        "test",
        "commands.checks:test",
        "Run every check and test; with arguments, pytest alone with those.",
        ("test", "test tests/test_settings.py -k zone"),
    ),
    Command(
        "audit-dependencies",
        "commands.dependencies:audit_dependencies",
        "Ask a service outside whether what the lock files pin has known vulnerabilities.",
        ("audit-dependencies", "audit-dependencies --ignore CVE-2026-12345 --json"),
    ),
    Command(
        "conformance",
        "conformance.command:conformance",
        "Try real GraphQL clients, and the public audits, against the real server.",
        ("conformance", "conformance --only audits --only urql", "conformance --json"),
    ),
    Command(
        "fuzz",
        "conformance.fuzz:fuzz_graph",
        "Ask the real server what is invented from its schema, and judge each answer.",
        ("fuzz", "fuzz --minutes 60", "fuzz --seed 7 --json"),
    ),
    Command(
        "serve",
        "commands.services:serve",
        "Serve the graph over HTTP until Ctrl-C or SIGTERM.",
        (
            "serve",
            "serve --host 0.0.0.0 --port 9000",
            "serve --trusted-documents app/queries --trusted-only",
        ),
    ),
    Command(
        "worker",
        "commands.services:worker",
        "Pull counters, derive totals and run every other job until Ctrl-C or SIGTERM.",
        ("worker", "XINFENG_WORKER_CONCURRENCY=16 ./xinfeng worker"),
    ),
    Command(
        "sandbox",
        "commands.services:sandbox",
        "Run a partner platform to try against, with real counters.",
        ("sandbox", "sandbox --port 8001 --speed 3600"),
    ),
    Command(
        "migrate",
        "commands.databases:migrate",
        "Bring the database up to date.",
        ("migrate", "DATABASE_URL=postgresql://user@host/db ./xinfeng migrate", "migrate --check"),
    ),
    Command(
        "backup",
        "commands.backup:backup",
        "Write the whole database to one file, while everybody goes on.",
        ("backup /backups/xinfeng-$(date +%F).zip", "backup today.zip --json"),
    ),
    Command(
        "restore",
        "commands.backup:restore",
        "Fill an empty database from a backup, and prove what came back.",
        (
            "restore today.zip",
            "restore today.zip --into xinfeng_restored",
            "XINFENG_DATA_DIR=/tmp/look ./xinfeng restore today.zip",
        ),
    ),
    Command(
        "psql",
        "commands.databases:psql",
        "Open PostgreSQL's own terminal on the database.",
        ("psql", 'psql -c "select count(*) from observation"'),
    ),
    Command(
        "settings",
        "commands.settings_table:settings",
        "Show every setting: variable, value, default, what it is for.",
        ("settings", "settings --json"),
    ),
    Command(
        "schema",
        "commands.sdl:schema",
        "Print the graph's schema (SDL), write it, or check the committed copy.",
        ("schema", "schema --write", "schema --check"),
    ),
)

GROUPS = {
    "token": (
        "Bearer tokens of applications: create, list, revoke.",
        (
            Command(
                "create",
                "commands.tokens:create",
                "Make an administrator's token and print it, this once.",
                ('token create --name "district app"', "token create --name trial --days 7"),
            ),
            Command(
                "list",
                "commands.tokens:list_tokens",
                "List the tokens that were made.",
                ("token list", "token list --json"),
            ),
            Command(
                "revoke",
                "commands.tokens:revoke",
                "Take a token back; it stops working at once.",
                ("token revoke Token:3",),
            ),
        ),
    ),
    "bench": (
        "Benchmarks: how fast it is, beside what it is compared with.",
        (
            Command(
                "reads",
                "benchmarks.reads:reads",
                "Measure the read path beside the bare statement, bare routes and a stock server.",
                ("bench reads", "bench reads W1 W2 --seconds 2", "bench reads --json reads.json"),
            ),
            Command(
                "compile",
                "benchmarks.compile:compile_documents",
                "Measure what a document costs that was never seen, by its size.",
                ("bench compile", "bench compile --samples 50 --json"),
            ),
            Command(
                "ingest",
                "benchmarks.ingest.command:ingest",
                "Measure pulling and recording beside the bare way to do the same.",
                ("bench ingest", "bench ingest --accounts 100 --flights 8", "bench ingest --json"),
            ),
            Command(
                "chaos",
                "benchmarks.chaos.command:chaos",
                "Pull and push the same data while the API and two workers are killed.",
                ("bench chaos", "bench chaos --minutes 1 --seed 7", "bench chaos --json"),
            ),
            Command(
                "soak",
                "benchmarks.soak.command:soak",
                "Let ordinary and hostile visitors at one server, and watch its memory and health.",
                ("bench soak", "bench soak --minutes 1 --seed 7", "bench soak --json"),
            ),
            Command(
                "search",
                "benchmarks.search.command:search",
                "Ask labelled queries of 200,000 articles: nDCG@10, and the database's time.",
                ("bench search", "bench search --documents 20000", "bench search --json"),
            ),
            Command(
                "counting",
                "benchmarks.counting:counting",
                "Measure recording, rolling up, rebuilding and verifying.",
                ("bench counting", "bench counting --observations 5000000 --json"),
            ),
            Command(
                "audit",
                "benchmarks.auditing:auditing",
                "Measure what the audit chain costs when many write at once.",
                ("bench audit", "bench audit --writers 1 --writers 64 --seconds 10 --json"),
            ),
            Command(
                "flags",
                "benchmarks.flags:flags",
                "Look for inflation 刷量 in the counters of real topics, and in inflated ones.",
                ("bench flags", "bench flags --json"),
            ),
        ),
    ),
    "review": (
        "Reviews 三审三校: the usual workflow, records, samples.",
        (
            Command(
                "workflow",
                "commands.reviews:workflow",
                "Make the workflow of three reviews and three proofreads, and assign it.",
                ("review workflow Organization:7", "review workflow Organization:7 --here"),
            ),
            Command(
                "record",
                "commands.reviews:record",
                "Write the whole record of one article's reviews as a page that prints.",
                ("review record Article:12 record.pdf", "review record Article:12 record.html"),
            ),
            Command(
                "sample",
                "commands.reviews:sample",
                "Draw articles of a period, by a seed, and write their records as an archive.",
                (
                    "review sample march.zip --from 2026-03-01 --to 2026-03-31 --seed 7",
                    "review sample march.zip --from 2026-03-01 --to 2026-03-31 --seed 7"
                    " --size 50 --stratified --json",
                ),
            ),
        ),
    ),
    "import": (
        "Articles from elsewhere, and figures into the ledger.",
        (
            Command(
                "articles",
                "commands.article_imports:articles",
                "Take articles from a feed, WordPress, documents, Markdown, a page or raw text.",
                (
                    "import articles https://example.org/feed --organization Organization:5"
                    " --author Person:3 --preview",
                    "import articles export.xml --organization Organization:5 --author Person:3"
                    " --map-author 张三=Person:9 --map-category 要闻=Category:4",
                    "import articles 旧稿/ --organization Organization:5 --author Person:3"
                    " --drop-repeats",
                ),
            ),
            Command(
                "terms",
                "commands.term_imports:terms",
                "Take a list of words and leaders for the checks of reviews.",
                (
                    "import terms 词表.csv --preview",
                    "import terms 词表.csv",
                    "import terms 领导.xlsx --organization Organization:7 --json",
                ),
            ),
            Command(
                "site",
                "commands.sites:import_site",
                "Enter the archive of a site where nothing is yet.",
                ("import site site.zip", "import site site.zip --json"),
            ),
            Command(
                "engagement",
                "commands.imports:engagement",
                "Read a platform's figures from a CSV file or an XLSX workbook.",
                (
                    "import engagement 快手.xlsx --partner Partner:7 --platform KUAISHOU --preview",
                    "import engagement 快手.xlsx --partner Partner:7 --platform KUAISHOU"
                    " --register-posts",
                    'import engagement march.csv --partner Partner:7 --map "热度=READS"'
                    " --map 赞踩比=",
                    "import engagement march.csv --partner Partner:7 --daily"
                    ' --reason "二月报表更正"',
                ),
            ),
        ),
    ),
    "export": (
        "Articles, figures and the whole site into files.",
        (
            Command(
                "articles",
                "commands.article_exports:articles",
                "Write articles as Markdown, DOCX or JSON.",
                (
                    "export articles 花园.docx --article Article:12",
                    "export articles out/ --format markdown --within Organization:5 --drafts",
                ),
            ),
            Command(
                "site",
                "commands.sites:export_site",
                "Write the whole site, figures and files too but no secret, into one archive.",
                ("export site site.zip", "export site site.zip --json"),
            ),
            Command(
                "engagement",
                "commands.exports:engagement",
                "Write totals, or gains by hour, day, week or month, as CSV or Parquet.",
                (
                    "export engagement articles.csv --metric READS",
                    "export engagement partners.csv --of partners --by month --since 2026-01-01"
                    " --excel",
                    "export engagement posts.parquet --of posts --by day",
                    "export engagement - --of network --by week --metric READS",
                ),
            ),
        ),
    ),
    "account": (
        "Partners' accounts: end a pause, replace a credential.",
        (
            Command(
                "resume",
                "commands.accounts:resume",
                "End an account's pause, whatever its reason: it is asked again at once.",
                ("account resume Account:7",),
            ),
            Command(
                "credential",
                "commands.accounts:credential",
                "Replace an account's credential, read from standard input.",
                ("account credential Account:7", "account credential Account:7 < token.json"),
            ),
        ),
    ),
    "webhook": (
        "Addresses that are told of events, and the messages to them.",
        (
            Command(
                "register",
                "commands.webhooks:register",
                "Register an address, and print the secret that signs its messages, this once.",
                (
                    "webhook register https://partner.example/hook --event ARTICLE_PUBLISHED",
                    "webhook register https://partner.example/hook --event ENGAGEMENT_THRESHOLD"
                    " --kind ARTICLE --metric READS --value 100000",
                ),
            ),
            Command(
                "rotate",
                "commands.webhooks:rotate",
                "Replace an address's secret; the older one signs beside it for a day.",
                ("webhook rotate WebhookEndpoint:2",),
            ),
            Command(
                "list",
                "commands.webhooks:list_endpoints",
                "List the addresses, and how many messages wait or are dead.",
                ("webhook list", "webhook list --json"),
            ),
            Command(
                "messages",
                "commands.webhooks:messages",
                "List the latest messages to an address.",
                ("webhook messages WebhookEndpoint:2 --state DEAD",),
            ),
            Command(
                "replay",
                "commands.webhooks:replay",
                "Send messages again, or all dead ones of an address.",
                ("webhook replay WebhookMessage:91", "webhook replay WebhookEndpoint:2"),
            ),
            Command(
                "disable",
                "commands.webhooks:disable",
                "Tell an address nothing more.",
                ("webhook disable WebhookEndpoint:2",),
            ),
            Command(
                "enable",
                "commands.webhooks:enable",
                "Tell an address again of what happens from now on.",
                ("webhook enable WebhookEndpoint:2",),
            ),
        ),
    ),
    "audit": (
        "The audit trail: verify it, export it.",
        (
            Command(
                "verify",
                "commands.audit:verify",
                "Go through the chain of entries; exit 1 and name the first that does not fit.",
                (
                    "audit verify",
                    "audit verify --head 1042:9f86d081884c7d659a2feaa0c55ad015"
                    "a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "audit verify --json",
                ),
            ),
            Command(
                "export",
                "commands.audit:export",
                "Write the entries as JSON lines, with what was hashed and the hashes.",
                ("audit export audit.jsonl", "audit export - --since 2026-03-01T00:00:00+08:00"),
            ),
        ),
    ),
    "user": (
        "People who sign in: make accounts, hand over links, give roles, lock.",
        (
            Command(
                "create",
                "commands.users:create",
                "Make an account and print the link by which its owner takes it.",
                (
                    "user create wang@example.org --name 王编辑 --administrator",
                    "user create li@example.org --name 李记者 --person Person:12",
                    "user create wang@example.org --name 王编辑 --password < password.txt",
                ),
            ),
            Command(
                "list",
                "commands.users:list_users",
                "List the accounts, their state, and when each was last seen.",
                ("user list", "user list --json"),
            ),
            Command(
                "invite",
                "commands.users:invite",
                "Print another link for who has not taken the first.",
                ("user invite li@example.org", "user invite User:3 --json"),
            ),
            Command(
                "reset",
                "commands.users:reset",
                "Print a link that sets a new password, for who has lost theirs.",
                ("user reset li@example.org", "user reset User:3 --second-factor"),
            ),
            Command(
                "lock",
                "commands.users:lock",
                "Lock an account: its sessions and links end at once.",
                ("user lock li@example.org",),
            ),
            Command(
                "unlock",
                "commands.users:unlock",
                "Let the owner of a locked account sign in again.",
                ("user unlock li@example.org",),
            ),
            Command(
                "grant",
                "commands.user_roles:grant",
                "Give an account a role, at an organization or everywhere.",
                (
                    "user grant li@example.org --role author --organization Organization:12",
                    "user grant User:3 --role analyst --until 2027-01-01T00:00:00+08:00 --json",
                ),
            ),
            Command(
                "revoke",
                "commands.user_roles:revoke",
                "Take a role back, at once.",
                ("user revoke li@example.org --role author --organization Organization:12",),
            ),
            Command(
                "sign-out",
                "commands.users:sign_out",
                "End every session of an account.",
                ("user sign-out li@example.org",),
            ),
        ),
    ),
    "library": (
        "Organizations' libraries of pictures and files.",
        (
            Command(
                "quota",
                "commands.library:quota",
                "Say how many MiB an organization's library may hold.",
                ("library quota Organization:5 20480", "library quota Organization:5"),
            ),
        ),
    ),
    "secrets": (
        "Secrets at rest: seal them with another key.",
        (
            Command(
                "rotate",
                "commands.secret_rotation:rotate",
                "Seal every secret anew with the first key of XINFENG_SECRET_KEY.",
                ("secrets rotate", "secrets rotate --check", "secrets rotate --check --json"),
            ),
        ),
    ),
    "search": (
        "What is found: rebuild it, verify it, keep the list of synonyms.",
        (
            Command(
                "rebuild",
                "commands.search:rebuild",
                "Write anew what is found of every article, campaign, partner and organization.",
                ("search rebuild",),
            ),
            Command(
                "verify",
                "commands.search:verify",
                "Derive anew what is found and compare; exit 1 when something differs.",
                ("search verify", "search verify --json"),
            ),
            Command(
                "synonyms",
                "commands.search:synonyms",
                "List the synonyms, or set those of a word; without any, remove them.",
                (
                    "search synonyms",
                    "search synonyms 高考 普通高等学校招生全国统一考试",
                    "search synonyms 高考 --remove",
                    "search synonyms --json",
                ),
            ),
        ),
    ),
    "engagement": (
        "The counts: verify them, rebuild them.",
        (
            Command(
                "verify",
                "commands.engagement:verify",
                "Derive every figure anew and compare; exit 1 when one differs.",
                ("engagement verify", "engagement verify --json"),
            ),
            Command(
                "flags",
                "commands.inflation:flags",
                "Tell which counts look bought 刷量, and why.",
                ("engagement flags", "engagement flags --days 7 --json"),
            ),
            Command(
                "rebuild",
                "commands.engagement:rebuild",
                "Write every total and daily figure anew from the observations.",
                ("engagement rebuild",),
            ),
        ),
    ),
}

PARTNER_SECRET = (
    Command(
        "issue",
        "commands.partners:issue",
        "Make a partner's signing secret and print it, this once.",
        ("partner secret issue Partner:7",),
    ),
    Command(
        "rotate",
        "commands.partners:rotate",
        "Replace a partner's signing secret; older ones hold for a while longer.",
        ("partner secret rotate Partner:7", "partner secret rotate Partner:7 --overlap-hours 0"),
    ),
    Command(
        "list",
        "commands.partners:list_secrets",
        "List when a partner's secrets were made and when they end.",
        ("partner secret list Partner:7",),
    ),
)


def version() -> str:
    project = tomllib.loads((Path(__file__).parent / "pyproject.toml").read_text())["project"]
    return f"{project['name']} {project['version']}"


def build() -> App:
    app = App(
        name="xinfeng",
        help="Xinfeng 新风: one GraphQL graph for a district media centre.",
        version=version,
        help_format="plaintext",
    )
    _add(app, COMMANDS)
    for name, (summary, commands) in GROUPS.items():
        group = App(name=name, help=summary)
        _add(group, commands)
        app.command(group)
    secret = App(name="secret", help="Secrets partners sign their pushes with.")
    _add(secret, PARTNER_SECRET)
    partner = App(name="partner", help="Partners: their signing secrets.")
    partner.command(secret)
    app.command(partner)
    return app


def _add(app: App, commands: tuple[Command, ...]) -> None:
    for command in commands:
        lines = (e if "./xinfeng" in e else f"./xinfeng {e}" for e in command.examples)
        app.command(
            command.function,
            name=command.name,
            help=command.summary,
            help_epilogue="Examples:\n\n" + "\n\n".join(f"  {line}" for line in lines),
        )


def run(arguments: list[str] | None = None) -> int:
    """The exit status; failures are explained on standard error. None: the process's arguments."""
    try:
        status = build()(arguments, exit_on_error=False, result_action="return_value")
    except CycloptsError:
        return USAGE  # it has said what was wrong
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more must be flushed into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        if os.environ.get("XINFENG_LOG_LEVEL") == "debug":
            traceback.print_exc()
        explanation = explain(error)
        for line in explanation.lines:
            print(f"xinfeng: {line}", file=sys.stderr)
        return explanation.status
    return status if isinstance(status, int) else 0


def _terminate(number: int, frame: FrameType | None) -> None:
    """SIGTERM unwinds like Ctrl-C does, so that everything that was started is ended."""
    sys.exit(128 + number)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(run())
