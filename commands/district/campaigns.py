"""The demo's online volunteer campaigns, each standing on the topics of some categories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from commands.district.network import Organizations
from commands.district.timeline import Timeline
from domain.organizations.rules import OrganizationKind

SUMMARY = "演示内容：这项网上志愿服务活动是虚构的，其阅读量来自真实话题的公开计数。"

CAMPAIGNS: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("文明网评接力", ("社会",), 60_000_000_000),
    ("理性追星清朗同行", ("明星",), 20_000_000_000),
    ("全民健身云打卡", ("体育",), 75_000_000_000),
    ("绿色游戏健康成长", ("游戏",), 200_000_000_000),
    ("时事学习每日一评", ("时事", "军事"), 5_000_000_000),
    ("好剧共赏文明观剧", ("电视剧", "综艺"), 150_000_000_000),
    ("理性理财守护钱袋", ("财经",), 45_000_000_000),
    ("科普进万家", ("科普", "科技", "互联网", "数码", "IT技术"), 3_000_000_000),
    ("健康生活云课堂", ("健康", "美食", "情感"), 1_000_000_000),
    ("云游好风光", ("旅游", "汽车", "萌宠"), 500_000_000),
    ("爱心公益随手传", ("公益", "校园"), 100_000_000),
    ("云端音乐会", ("音乐", "电影"), 15_000_000_000),
)


@dataclass(frozen=True, slots=True)
class CampaignRow:
    """subjects: broad categories; the posts of articles of these belong to it."""

    id: int
    title: str
    organization_id: int
    starts_at: datetime
    ends_at: datetime
    goal_reads: int
    subjects: tuple[str, ...]


def campaigns(network: Organizations, timeline: Timeline) -> list[CampaignRow]:
    """Twelve campaigns of the agencies, begun before the first topic; they run on for weeks."""
    agencies = network.of(OrganizationKind.AGENCY)
    return [
        CampaignRow(
            id=number + 1,
            title=f"{title}（示例活动）",
            organization_id=agencies[number % len(agencies)].id,
            starts_at=timeline.at(0) - timedelta(days=1, hours=6 * number),
            ends_at=timeline.at(0) + timedelta(days=30 - number),
            goal_reads=goal,
            subjects=subjects,
        )
        for number, (title, subjects, goal) in enumerate(CAMPAIGNS)
    ]
