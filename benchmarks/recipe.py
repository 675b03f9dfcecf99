"""The sized database as a list of SQL statements: the same rows every time, whoever makes them.

`{articles}` is how many articles there are; the rest of the network is the reference district's.
Days and moments are fixed, never now(), so that a query of a period finds the same rows for ever.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

PEOPLE = 200
PARTNERS = 200
ACCOUNTS = 300
POSTS_PER_ARTICLE = 3
PUBLISHERS = 250
"""Organizations that publish, ids 1 to 250: a hundred of them have a hundred articles each."""

FIRST_DAY = "2024-11-01"
LAST_DAY = "2026-10-31"


class Step(NamedTuple):
    what: str
    sql: str


PICK = """
CREATE FUNCTION pg_temp.pick(i bigint, salt bigint, n bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(i, salt) & 9223372036854775807) % n
"""

WORDS = {
    "place": "示例区 茶烟镇 麦浪镇 帆影镇 星禾镇 锦书街道 书声街道 晨钟街道",
    "who": "志愿者 网络文明使者 青年突击队 社区居民 文艺小分队 理论宣讲团 医疗服务队",
    "what": "走进村史馆 开展清河行动 讲述家风故事 教老人用手机 整理旧书捐给学校 为独居老人送餐",
    "sentence": "清晨的广场上已经站满了人，大家带着工具和热情来到现场。"
    " 活动持续了整整一天，没有人提前离开。 一位七十岁的老人说，这是她今年最高兴的一天。"
    " 志愿者们分成六个小组，每组负责一条街。 孩子们在旁边画画，把看到的都画了下来。"
    " 下午三点，队伍回到实践站，清点收获。 网友在评论里留言，希望这样的活动常办常新。"
    " 实践中心的负责人介绍，下个月还将走进二十个村。 镜头记录下每一张笑脸和每一滴汗水。"
    " 有人唱起了歌，歌声传得很远。 这条消息当天被转发了上千次。 评论区里，更多的人报名加入。",
}


def say(kind: str, number: str, salt: int) -> str:
    """SQL of one of the words of a kind, drawn by the SQL of a number."""
    words = WORDS[kind].split(" ")
    listed = ", ".join(f"'{word}'" for word in words)
    return f"(ARRAY[{listed}])[1 + pg_temp.pick({number}, {salt}, {len(words)})]"


ORGANIZATIONS = """
INSERT INTO organization (id, parent_id, kind, name, path, version, created_at)
SELECT id, parent_id, kind, label || ' ' || id,
    (CASE WHEN parent_id IS NULL THEN '' WHEN parent_id = 1 THEN '1.'
        ELSE '1.' || parent_id || '.' END || id)::ltree,
    1, '2024-01-01 00:00Z'
FROM (
    SELECT 1 AS id, NULL::bigint AS parent_id, 'CENTRE' AS kind, '新时代文明实践中心' AS label
    UNION ALL SELECT i, 1, 'BRANCH', '文明实践所' FROM generate_series(2, 23) i
    UNION ALL SELECT i, 1, 'MEDIA_CENTRE', '融媒体分中心' FROM generate_series(24, 69) i
    UNION ALL SELECT i, 1, 'AGENCY', '成员单位' FROM generate_series(70, 79) i
    UNION ALL SELECT i, 2 + i % 22, 'BASE', '实践基地' FROM generate_series(80, 149) i
    UNION ALL SELECT i, 2 + i % 22, 'POINT', '文明实践站' FROM generate_series(150, 731) i
) node ORDER BY id
"""

NAMES = """
INSERT INTO person (id, organization_id, name, version, created_at)
SELECT i, 1 + i % 69, '作者' || chr(0x6797 + i) || chr(0x6668 + i), 1, '2024-01-01 00:00Z'
FROM generate_series(1, {people}) i;
INSERT INTO partner (id, kind, name, organization_id, version, created_at)
SELECT i, (ARRAY['BLOGGER', 'SELF_MEDIA', 'GOVERNMENT_MEDIA', 'MEDIA_CENTRE'])[1 + i % 4],
    '伙伴' || chr(0x5149 + i) || '的频道', 24 + i % 46, 1, '2024-01-01 00:00Z'
FROM generate_series(1, {partners}) i;
INSERT INTO account (id, partner_id, platform, external_id, handle, base_url,
    version, created_at, options)
SELECT i, 1 + (i - 1) % {partners}, (ARRAY['WEIBO', 'WECHAT', 'BILIBILI', 'DOUYIN'])[1 + i % 4],
    (5000000 + i)::text, '账号' || i, '',
    1, '2024-01-01 00:00Z', '{{}}'
FROM generate_series(1, {accounts}) i
"""

CATEGORIES = """
INSERT INTO category (id, parent_id, name, slug, position, path, version, created_at)
SELECT id, parent_id, name, 'category-' || id, position,
    (coalesce(parent_id || '.', '') || id)::ltree, 1, '2024-01-01 00:00Z'
FROM (
    SELECT n AS id, NULL::bigint AS parent_id, top AS name, n AS position
    FROM unnest(ARRAY['要闻', '活动', '理论', '人物', '服务']) WITH ORDINALITY AS tops (top, n)
    UNION ALL SELECT 5 + i, 1 + (i - 1) % 5, '栏目' || i, 1 + (i - 1) / 5
    FROM generate_series(1, 20) i
) node ORDER BY id
"""
"""Five at the top, four below each; articles are of the lower ones."""

ARTICLES = f"""
INSERT INTO article (id, slug, title, summary, body, plain_text, category_id, tags, status,
    public_number, author_id, organization_id, published_at, listed_at, version, created_at,
    updated_at)
SELECT i, 'wenming-' || i,
    {say("place", "i", 1)} || {say("who", "i", 2)} || {say("what", "i", 3)}
        || '（第' || i || '期）',
    {say("sentence", "i", 4)} || {say("sentence", "i", 5)},
    '<p>' || array_to_string(said, '</p><p>') || '</p>', array_to_string(said, E'\\n\\n'),
    6 + pg_temp.pick(i, 8, 20),
    ARRAY[{say("who", "i", 9)}, {say("place", "i", 10)}],
    status, CASE WHEN status = 'PUBLISHED' THEN 1 END,
    1 + pg_temp.pick(i, 11, {{people}}), 1 + pg_temp.pick(i, 12, {{publishers}}),
    CASE WHEN status <> 'DRAFT' THEN listed_at END, listed_at, 1,
    CASE WHEN status <> 'DRAFT' THEN listed_at - interval '1 day' ELSE listed_at END, listed_at
FROM (
    SELECT i, CASE pg_temp.pick(i, 13, 100) WHEN 0 THEN 'DRAFT' WHEN 1 THEN 'WITHDRAWN'
            ELSE 'PUBLISHED' END AS status,
        '{{first_day}} 08:00Z'::timestamptz
            + (i - 1) * {{seconds}} * interval '1 second' AS listed_at
    FROM generate_series(1, {{articles}}) i
) drawn, LATERAL (
    SELECT array_agg({say("sentence", "i * 32 + n", 6)} || {say("sentence", "i * 32 + n", 7)}
        ORDER BY n) AS said
    FROM generate_series(1, 15) n
) body ORDER BY i
"""

POSTS = """
INSERT INTO post (id, account_id, external_id, url, title, article_id, organization_id, state,
    public, posted_at, created_at)
SELECT id, account_id, 'p' || id, 'https://social.example/' || account_id || '/p' || id, title,
    article_id, organization_id, 'LIVE', status = 'PUBLISHED', posted_at, posted_at
FROM (
    SELECT (a.id - 1) * {posts_per_article} + n AS id, a.id AS article_id, a.organization_id,
        a.status, a.title, a.listed_at + n * interval '7 minutes' AS posted_at,
        1 + pg_temp.pick((a.id - 1) * {posts_per_article} + n, 14, {accounts}) AS account_id
    FROM article a, generate_series(1, {posts_per_article}) n
) drawn ORDER BY id
"""

POST_DAYS = """
INSERT INTO engagement_daily (subject_kind, subject_id, metric, day, value)
SELECT 'POST', id, metric, (posted_at AT TIME ZONE 'Asia/Shanghai')::date + n,
    1 + (pg_temp.pick(id, 15, scale) >> n)
FROM post, (VALUES ('LIKES', 2, 5000), ('READS', 7, 200000)) counted (metric, days, scale),
    generate_series(0, days) n
ORDER BY id, metric, n
"""

DERIVED_DAYS = """
INSERT INTO engagement_daily (subject_kind, subject_id, metric, day, value)
SELECT '{kind}', {subject}, d.metric, d.day, sum(d.value)
FROM engagement_daily d {joined}
WHERE d.subject_kind = '{source}'
GROUP BY {subject}, d.metric, d.day ORDER BY 2, 3, 4
"""

TOTALS = """
INSERT INTO engagement_total (subject_kind, subject_id, metric, value, as_of, known, counted)
SELECT kind, s.id, m.metric, d.value,
    CASE WHEN d.value IS NOT NULL THEN '{last_day} 16:00Z'::timestamptz END,
    s.posts, CASE WHEN d.value IS NOT NULL THEN s.posts ELSE 0 END
FROM (SELECT '{kind}'::text AS kind, {subject} AS id, count(p.id) AS posts
    FROM {subjects} GROUP BY {subject}) s
CROSS JOIN unnest(ARRAY['COMMENTS', 'LIKES', 'READS', 'SHARES']) AS m (metric)
LEFT JOIN (SELECT subject_id, metric, sum(value) AS value FROM engagement_daily
    WHERE subject_kind = '{kind}' GROUP BY subject_id, metric) d
    ON d.subject_id = s.id AND d.metric = m.metric
ORDER BY s.id, m.metric
ON CONFLICT (subject_kind, subject_id, metric) DO UPDATE
    SET value = excluded.value, as_of = excluded.as_of, known = excluded.known,
        counted = excluded.counted
"""

OBSERVATIONS = """
INSERT INTO observation (post_id, metric, value, value_kind, observed_at, bound, finality,
    definition, source, recorded_at)
SELECT p.id, d.metric, d.value, 'CUMULATIVE', '{last_day} 16:00Z', 'EXACT', 'FINAL',
    'bench.' || lower(d.metric), 'PULL', '{last_day} 16:00Z'
FROM (SELECT id FROM post ORDER BY id DESC LIMIT 300) p
JOIN engagement_total d ON d.subject_kind = 'POST' AND d.subject_id = p.id AND d.value IS NOT NULL
ORDER BY 1, 2
"""

KEPT = (
    "INSERT INTO list_size SELECT * FROM list_size_counted",
    *(
        f"INSERT INTO {table} SELECT * FROM {table}_derived"
        for table in (
            "article_listing",
            "article_in_category",
            "article_within",
            "article_tag",
            "post_listing",
            "post_within",
            "campaign_within",
            "team_within",
        )
    ),
)
"""What triggers keep beside the rows: here the rows come past them."""

SEQUENCES = "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"

DERIVED = (
    ("ARTICLE", "p.article_id", "JOIN post p ON p.id = d.subject_id", "POST"),
    ("ACCOUNT", "p.account_id", "JOIN post p ON p.id = d.subject_id", "POST"),
    ("PARTNER", "a.partner_id", "JOIN account a ON a.id = d.subject_id", "ACCOUNT"),
    (
        "ORGANIZATION",
        "above.id",
        "JOIN article a ON a.id = d.subject_id JOIN organization o ON o.id = a.organization_id,"
        " LATERAL unnest(string_to_array(o.path::text, '.')::bigint[]) AS above (id)",
        "ARTICLE",
    ),
    ("NETWORK", "0::bigint", "", "ACCOUNT"),
)
"""Kind of subject, its id, how it is reached from the days of which other kind."""

COUNTED = (
    ("POST", "p.id", "post p"),
    ("ARTICLE", "s.id", "article s LEFT JOIN post p ON p.article_id = s.id"),
    ("ACCOUNT", "s.id", "account s LEFT JOIN post p ON p.account_id = s.id"),
    (
        "PARTNER",
        "s.id",
        "partner s LEFT JOIN account a ON a.partner_id = s.id"
        " LEFT JOIN post p ON p.account_id = a.id",
    ),
    (
        "ORGANIZATION",
        "s.id",
        "organization s LEFT JOIN (SELECT x.id, above.id AS top FROM post x"
        " JOIN organization o ON o.id = x.organization_id,"
        " unnest(string_to_array(o.path::text, '.')::bigint[]) AS above (id)) p ON p.top = s.id",
    ),
    ("NETWORK", "0::bigint", "post p"),
)
"""Kind of subject, its id, and the posts below each."""


def steps(articles: int) -> list[Step]:
    """What makes the rows, in order, in a migrated and empty database."""
    places: dict[str, object] = {
        "articles": articles,
        "people": PEOPLE,
        "partners": PARTNERS,
        "accounts": ACCOUNTS,
        "publishers": PUBLISHERS,
        "posts_per_article": POSTS_PER_ARTICLE,
        "first_day": FIRST_DAY,
        "last_day": LAST_DAY,
        "seconds": 720 * 86_400 // articles,
    }
    tables = ("organization", "person", "partner", "account", "category", "article", "post")
    return [
        Step("settings", PICK),
        Step("organizations", ORGANIZATIONS),
        Step("people, partners, accounts", NAMES.format(**places)),
        Step("categories", CATEGORIES),
        Step("articles", ARTICLES.format(**places)),
        Step("posts", POSTS.format(**places)),
        Step("days of posts", POST_DAYS),
        *(_derived(*derived) for derived in DERIVED),
        *(_totals(places, *counted) for counted in COUNTED),
        Step("observations", OBSERVATIONS.format(**places)),
        *(Step("what is kept of lists", sql) for sql in KEPT),
        *(Step("sequences", SEQUENCES.format(table=table)) for table in tables),
    ]


def _derived(kind: str, subject: str, joined: str, source: str) -> Step:
    sql = DERIVED_DAYS.format(kind=kind, subject=subject, joined=joined, source=source)
    return Step(f"days of each {kind.lower()}", sql)


def _totals(places: dict[str, object], kind: str, subject: str, subjects: str) -> Step:
    sql = TOTALS.format(**places, kind=kind, subject=subject, subjects=subjects)
    return Step(f"totals of each {kind.lower()}", sql)


def fingerprint(articles: int, migrations: list[str]) -> str:
    """Changes with the recipe, and with the tables it is made for."""
    parts = [*(step.sql for step in steps(articles)), *migrations]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
