"""A newsroom at work in the demo: articles in every stage of their review, one to come, one public
with a draft beside it, on its way to partners, and a front. Made by the actions editors use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from commands.district.editors import Staff, email, staff_of
from commands.district.load import Report
from commands.district.names import DISTRICT
from domain.access import Act
from domain.articles import actions as articles
from domain.articles.models import Article
from domain.articles.rules import ArticleStatus
from domain.categories.models import Category
from domain.database import open_database, transaction
from domain.distribution import actions as distribution
from domain.distribution.rules import DistributionWay
from domain.fronts import actions as fronts
from domain.fronts.rules import Entry
from domain.ids import format_id
from domain.organizations.models import Organization
from domain.partners.models import Account
from domain.partners.rules import PartnerKind, Platform
from domain.publishing import actions as publishing
from domain.publishing.rules import PlannedStep
from domain.reviews import workflows as usual
from domain.reviews.actions import claims, decisions, terms, workflows
from domain.reviews.actions.remarks import Remark
from domain.reviews.checks.documents import TermKind
from domain.reviews.checks.steps import CheckKind
from domain.reviews.models import Review
from domain.users.models import User

BEGAN = timedelta(hours=20)
"""How long ago the first of it happened."""

STEP = timedelta(minutes=7)
CATEGORY = "社会"
READERS = ("first", "first", "second", "second", "chief", "chief")
"""Who passes the six stages, in order."""


async def open_desk(*, database_url: str, address: str, now: datetime, report: Report) -> bool:
    """Fills the newsroom, once: all of it or nothing. Returns whether it was done now.

    address: where the demo's pages stand. now: when the last of it has happened.
    """
    async with open_database(database_url):
        if await User.exists(email=email("author")):
            return False
        async with transaction():
            name = f"{DISTRICT}融媒体中心"
            place = await Organization.get(name=name)
            staff = await staff_of(place, now - BEGAN - timedelta(hours=1))
            filed = await Category.get_or_none(parent_id=None, name=CATEGORY)
            category = "" if filed is None else format_id("Category", filed.id)
            await _work(Desk(staff, address, category, _moments(now - BEGAN)))
        report("the newsroom is at work")
    return True


def _moments(start: datetime) -> Iterator[datetime]:
    return (start + number * STEP for number in count())


@dataclass(frozen=True, slots=True)
class Desk:
    """category_id: what its articles are filed under; empty where the district has no such."""

    staff: Staff
    address: str
    category_id: str
    moments: Iterator[datetime]

    def by(self, who: str) -> Act:
        """Each act happens a little after the one before."""
        return self.staff.act(who, next(self.moments))

    async def write(self, title: str, *paragraphs: str, source: str | None = None) -> int:
        """source: the newsroom itself, where none is given."""
        blocks = [
            {"id": f"p{number}", "type": "paragraph", "text": [{"text": text}]}
            for number, text in enumerate(paragraphs, start=1)
        ]
        new = articles.NewArticle(
            title=title,
            author_id=self.staff.author.id,
            organization_id=self.staff.place.id,
            blocks=blocks,
            category_id=self.category_id,
            tags=["演示"],
            source=self.staff.place.name if source is None else source,
        )
        return await articles.create(self.by("author"), new)

    async def submit(self, article: int, reason: str = "请审") -> int:
        version = (await Article.get(id=article)).version
        return await articles.submit_for_review(self.by("author"), article, version, reason)

    async def passed(self, review: int, stages: int) -> None:
        """The review's first so many stages, from where it stands."""
        begun = (await Review.get(id=review)).stage or 0
        for who in READERS[begun:stages]:
            revision = (await Review.get(id=review)).revision
            yes = decisions.Decision(approves=True, revision=revision, opinion="同意")
            await decisions.decide(self.by(who), review, yes)


async def _work(desk: Desk) -> None:
    await _rules(desk)
    public = await _published(desk)
    await _in_review(desk)
    await _sent_back(desk)
    await _scheduled(desk)
    await _drafted(desk)
    await _sent_out(desk, public)
    await _front(desk, public)


async def _rules(desk: Desk) -> None:
    """三审三校 with every check, and a word for the lists."""
    place = desk.staff.place.id
    new = workflows.NewWorkflow(
        name=usual.NAME,
        organization_id=place,
        stages=usual.three_reviews(all_here=True),
        checks=list(CheckKind),
    )
    await workflows.assign(desk.by("admin"), await workflows.create(desk.by("admin"), new), place)
    word = terms.NewTerm(
        kind=TermKind.INCORRECT, word="按装", suggestion="安装", organization_id=place
    )
    await terms.add(desk.by("admin"), word)


async def _published(desk: Desk) -> int:
    """Through all stages, corrected once, with a further draft beside it."""
    number = await desk.write(
        "老街路灯全部换新（演示）",
        "这是演示内容，不是新闻：一百二十盏路灯昨晚在老街亮起。",
        "居民说，晚饭后散步更安心了。",
    )
    await desk.passed(await desk.submit(number), len(READERS))
    await articles.publish(desk.by("chief"), number, 1)
    notice = articles.ArticleChanges(
        correction="路灯为一百二十盏，首发时误作一百盏。", reason="更正"
    )
    await articles.update(desk.by("author"), number, 2, notice)
    await desk.passed(await desk.submit(number, "更正盏数"), len(READERS))
    await articles.publish(desk.by("chief"), number, 3)
    more = articles.ArticleChanges(subtitle="夜里散步的人多了", reason="补副题")
    await articles.update(desk.by("author"), number, 4, more)
    return number


async def _in_review(desk: Desk) -> None:
    """One in each of the three, the first with something that the checks found."""
    first = await desk.write(
        "社区图书角开放（演示）", "这是演示内容：志愿者为图书角按装了书架。", source=""
    )
    await desk.submit(first)
    second = await desk.write("春季义诊排期公布（演示）", "这是演示内容：义诊每周六上午举行。")
    review = await desk.submit(second)
    await desk.passed(review, 2)
    version = (await Review.get(id=review)).version
    await claims.claim(desk.by("second"), review, version)
    final = await desk.write("中学生走进非遗工坊（演示）", "这是演示内容：四十名学生学做风筝。")
    await desk.passed(await desk.submit(final), 4)


async def _sent_back(desk: Desk) -> None:
    number = await desk.write(
        "菜市场改造完工（演示）", "这是演示内容：改造历时三个月。", "摊位增加到八十个。"
    )
    review = await desk.submit(number)
    no = decisions.Decision(
        approves=False,
        revision=1,
        opinion="数字须核实",
        remarks=[Remark("p2", "摊位数与上月报道不一致"), Remark("", "请补采访对象")],
    )
    await decisions.decide(desk.by("first"), review, no)


async def _scheduled(desk: Desk) -> None:
    """Goes public tomorrow, or whenever the demo runs again after that."""
    number = await desk.write("周末集市预告（演示）", "这是演示内容：集市周六八点开门。")
    await desk.passed(await desk.submit(number), len(READERS))
    act = desk.by("chief")
    tomorrow = act.now + BEGAN + timedelta(days=1)
    new = publishing.NewPlan(article_id=number, step=PlannedStep.PUBLISH, at=tomorrow)
    await publishing.plan(act, new)


async def _drafted(desk: Desk) -> None:
    """Two saves, one of which has a name."""
    number = await desk.write("写春联送祝福（演示）", "这是演示内容：二十名志愿者写春联。")
    await articles.name_revision(desk.by("author"), number, 1, "初稿")
    more = articles.ArticleChanges(summary="二十名志愿者写春联。", reason="补提要")
    await articles.update(desk.by("author"), number, 1, more)


async def _sent_out(desk: Desk, article: int) -> None:
    """By an interface, for a worker to send; by hand; and by asking."""
    interface = await Account.filter(platform=Platform.MASTODON).order_by("id").first()
    hand = await Account.filter(platform=Platform.TOUTIAO).order_by("id").first()
    blogger = (
        await Account.filter(partner__kind=PartnerKind.BLOGGER, platform=Platform.WEIBO)
        .order_by("id")
        .first()
    )
    ways = {None: [interface, hand], DistributionWay.REQUEST: [blogger]}
    for way, accounts in ways.items():
        ids = [account.id for account in accounts if account is not None]
        offer = distribution.Offer(article_id=article, account_ids=ids, way=way, note="请转发")
        await distribution.distribute(desk.by("chief"), offer, desk.address)


async def _front(desk: Desk, article: int) -> None:
    """The newsroom's own first, then what its people wrote on the real topics."""
    others = (
        await Article.filter(organization_id=desk.staff.place.id, status=ArticleStatus.PUBLISHED)
        .exclude(id=article)
        .order_by("-listed_at", "-id")
        .limit(3)
    )
    ids = [article, *(other.id for other in others)]
    entries = [Entry(slot, id_) for slot, id_ in enumerate(ids, start=1)]
    new = fronts.NewFront(
        organization_id=desk.staff.place.id,
        name="home",
        title="头条（演示）",
        version=0,
        entries=entries,
    )
    await fronts.set_front(desk.by("chief"), new)
