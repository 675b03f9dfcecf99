"""200,000 invented articles on the 5,012 real topics: the same ones every time, and which topic
each is about, because it was written about it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.search.words import cut_words

DOCUMENTS = 200_000
SEED = 20_251_001


class Role(StrEnum):
    """How an article has to do with its topic.

    REPORT: its title is the topic's. FOLLOW_UP: its title has the topic's words, mostly all but
    one, between others. MENTION: it is about something else, and names the topic once in its text.
    """

    REPORT = "REPORT"
    FOLLOW_UP = "FOLLOW_UP"
    MENTION = "MENTION"


ROLES = (Role.REPORT,) * 2 + (Role.FOLLOW_UP,) * 6
"""Of a topic's first articles; all others mention it."""

BEFORE = ("追踪：", "连线记者：", "一图看懂：", "最新进展：", "评论：", "现场：")
AFTER = ("，居民怎么看", "，专家这样说", "背后的故事", "引发热议", "，这些细节值得关注", "")
_PLACES = "茶烟镇 麦浪镇 帆影镇 星禾镇 锦书街道 书声街道 晨钟街道 砚池镇 青禾社区 大兴区"
_WHO = "志愿者 网络文明使者 青年突击队 社区居民 文艺小分队 理论宣讲团 医疗服务队 小学生"
_WHAT = (
    "走进村史馆 开展清河行动 讲述家风故事 教老人用手机 整理旧书捐给学校 为独居老人送餐 排练中秋晚会"
    " 宣传防范电信诈骗 帮助游客指路 学习急救知识 举办乒乓球赛 测试新能源汽车"
)
PLACES, WHO, WHAT = (words.split() for words in (_PLACES, _WHO, _WHAT))
SENTENCES = (
    "清晨的广场上已经站满了人，大家带着工具和热情来到现场。",
    "活动持续了整整一天，没有人提前离开。",
    "一位七十岁的老人说，这是她今年最高兴的一天。",
    "志愿者们分成六个小组，每组负责一条街。",
    "孩子们在旁边画画，把看到的都画了下来。",
    "网友在评论里留言，希望这样的活动常办常新。",
    "实践中心的负责人介绍，下个月还将走进二十个村。",
    "国庆假期里，北京的游客比往年更多，高速公路和高铁站都很拥挤。",
    "受台风影响，部分地区降雨，出行请注意安全。",
    "专家提醒，购买黄金和基金都要量力而行，价格有涨有跌。",
    "The volunteers were running a workshop on mobile phones for older neighbours.",
    "他用苹果手机拍下照片，发到微博，当天被转发了上千次。",
    "中国队的比赛直播开始前，大家还在讨论演唱会和电影。",
    "评论区里，更多的人报名加入。",
)


@dataclass(frozen=True, slots=True)
class Document:
    """topic: a place in the list of topics. age_days: how long ago it was published."""

    topic: int
    role: Role
    title: str
    summary: str
    body: str
    tags: list[str]
    age_days: float
    reads: int


def documents(topics: Sequence[str], number: int = DOCUMENTS) -> Iterator[Document]:
    """In the order of their ids; each topic has the same share."""
    chance = random.Random(SEED)
    for at in range(number):
        topic, nth = at % len(topics), at // len(topics)
        role = ROLES[nth] if nth < len(ROLES) else Role.MENTION
        yield _document(chance, topics[topic], topic, role)


def _document(chance: random.Random, name: str, topic: int, role: Role) -> Document:
    """One article. Reads are 1 to some ten millions, most of them few."""
    title = _title(chance, name, role)
    named = f"近日，“{name}”受到关注。"
    sentences = chance.choices(SENTENCES, k=chance.randint(5, 12))
    if role is Role.MENTION:
        sentences.insert(chance.randrange(len(sentences)), named)
    else:
        sentences[0:0] = [named, f"关于{name}，记者采访了几位市民。"]
    return Document(
        topic=topic,
        role=role,
        title=title,
        summary=f"{chance.choice(WHO)}说起{name}。" if role is not Role.MENTION else "演示文章。",
        body="\n\n".join(sentences),
        tags=["演示"],
        age_days=chance.uniform(0, 400),
        reads=int(10 ** chance.uniform(0, 7.5)),
    )


def _title(chance: random.Random, name: str, role: Role) -> str:
    if role is Role.MENTION:
        place, who, what = (chance.choice(words) for words in (PLACES, WHO, WHAT))
        return f"{place}{who}{what}"
    if role is Role.FOLLOW_UP:
        return f"{chance.choice(BEFORE)}{_shortened(chance, name)}{chance.choice(AFTER)}"
    return name


def _shortened(chance: random.Random, name: str) -> str:
    """Two times of three a word is left out, where there are three or more."""
    words = cut_words(name)
    if len(words) < 3 or chance.random() < 1 / 3:
        return name
    left_out = chance.randrange(len(words))
    return "".join(word.text for place, word in enumerate(words) if place != left_out)
