"""Invented names. Every place lies in 示例区, a district that does not exist."""

from __future__ import annotations

import zlib

DISTRICT = "示例区"

TOWNS = (
    "纸鸢镇",
    "萤火镇",
    "橘灯镇",
    "蒲扇镇",
    "砚池镇",
    "竹简镇",
    "茶烟镇",
    "麦浪镇",
    "帆影镇",
    "星禾镇",
    "陶埙镇",
    "芦笙镇",
    "墨香镇",
    "鹤影镇",
    "风铃街道",
    "锦书街道",
    "笛韵街道",
    "棋声街道",
    "灯语街道",
    "书声街道",
    "晨钟街道",
    "霁月街道",
)
VILLAGES = (
    "元夕",
    "端午",
    "七夕",
    "重阳",
    "春分",
    "夏至",
    "秋分",
    "冬至",
    "立春",
    "立夏",
    "立秋",
    "立冬",
    "雨水",
    "惊蛰",
    "清明",
    "谷雨",
    "小满",
    "芒种",
    "小暑",
    "大暑",
    "处暑",
    "白露",
    "寒露",
    "霜降",
    "小雪",
    "大雪",
    "小寒",
)
BASES = (
    "理论学习",
    "科普体验",
    "非遗传习",
    "农耕研学",
    "全民阅读",
    "法治教育",
    "体育健身",
    "应急安全",
    "生态环保",
    "家风家教",
)
AGENCIES = (
    "文明实践指导组",
    "网络传播协调组",
    "志愿服务联合会",
    "融媒体发展办公室",
    "教育服务中心",
    "卫生健康服务中心",
)
PROFESSIONS = (
    "理论宣讲",
    "医疗健康",
    "文化文艺",
    "科学普及",
    "法律援助",
    "体育健身",
    "生态环保",
    "应急救援",
    "助老扶幼",
    "教育辅导",
    "文明引导",
    "网络文明",
)
SURNAMES = "林沈陆顾叶苏许韩冯程袁邓傅曾彭吕蒋蔡贾魏"
GIVEN = (
    "晓帆",
    "知秋",
    "明远",
    "雨桐",
    "思齐",
    "子衿",
    "若水",
    "云舒",
    "景行",
    "望舒",
    "清扬",
    "安之",
    "以宁",
    "怀瑾",
    "采薇",
    "嘉言",
    "允恭",
    "书白",
    "星河",
    "南乔",
)
SELF_MEDIA = ("街坊", "烟火", "慢行", "手账", "灶台", "田埂", "巷口", "晚读", "行路", "光影")
BLOGGERS = ("读书", "徒步", "厨房", "摄影", "园艺", "骑行", "手作", "观鸟", "茶事", "夜跑")


def spread(name: str, count: int) -> int:
    """A number below count that looks random and is the same for the same name, for ever."""
    return zlib.crc32(name.encode()) % count


def town(branch: int) -> str:
    """The territory of the branch with this number."""
    return TOWNS[branch % len(TOWNS)]


def village(point: int) -> str:
    """The name of the nth point of a branch, without its territory."""
    return VILLAGES[point % len(VILLAGES)]


def person(number: int) -> str:
    """One of 400 names, marked as an example; they repeat after that."""
    surname = SURNAMES[number % len(SURNAMES)]
    given = GIVEN[(number + number // len(SURNAMES)) % len(GIVEN)]
    return f"{surname}{given}（演示）"
