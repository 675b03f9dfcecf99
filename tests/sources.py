"""What other systems write, to import articles from."""

from __future__ import annotations

import io
from typing import Any

from docx import Document

from domain.articles.blocks import loaded, to_markdown
from domain.articles.imports.found import Found, Item
from domain.articles.imports.plan import Adoption, planned
from domain.articles.imports.sources import read
from tests.rows import World

PARAGRAPHS = [
    "4月12日上午，黄村镇新时代文明实践所组织三十名志愿者走进清源社区，为老年居民讲解防范电信诈骗的知识。",
    "活动现场，志愿者发放宣传册两百余份，并用身边的真实案例提醒大家：不轻信来电，不透露信息，不转账汇款。",
    "“讲得很实在，听得懂，记得住。”七十二岁的居民张秀兰说，她已经把宣传册贴在了电话旁边。",
    "据介绍，今年以来该镇已开展同类活动四十六场，覆盖居民八千余人次，满意度达到百分之九十九。",
]

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>源</title><language>zh-CN</language>
<item><title>社区 &amp; 花园</title><guid>g-1</guid><link>https://e.org/1</link><dc:creator>张三</dc:creator>
<category>社会</category><category>志愿</category><pubDate>Mon, 02 Mar 2026 08:00:00 +0800</pubDate>
<description>&lt;b&gt;摘要&lt;/b&gt;一句</description>
<content:encoded><![CDATA[<p>第一段<script>x</script></p><h2>小标题</h2>]]></content:encoded></item>
<item><title>只有摘要</title><link>https://e.org/2</link><description>全文在此</description></item>
<item><guid>g-3</guid></item><item><title>无名</title></item></channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>s</title><entry>
<id>urn:1</id><title>Garden</title><link rel="self" href="https://e.org/self"/>
<link href="https://e.org/a"/>
<author><name>Ann</name></author><published>2026-03-02T00:00:00Z</published>
<category term="news"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hi <em>all</em></p>
</div></content></entry></feed>"""

WXR = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><wp:wxr_version>1.2</wp:wxr_version>
<wp:category><wp:term_id>2</wp:term_id><wp:category_nicename>news</wp:category_nicename>
<wp:category_parent></wp:category_parent><wp:cat_name>新闻</wp:cat_name></wp:category>
<wp:category><wp:term_id>3</wp:term_id><wp:category_nicename>top</wp:category_nicename>
<wp:category_parent>news</wp:category_parent><wp:cat_name>要闻</wp:cat_name></wp:category>
<item><title>旧站文章</title><link>https://old.org/p1</link><dc:creator>li</dc:creator>
<content:encoded><![CDATA[第一段
还是第一段

[gallery ids="1,2"]第二段]]></content:encoded><excerpt:encoded><![CDATA[提要]]></excerpt:encoded>
<wp:post_id>7</wp:post_id><wp:post_date_gmt>2020-05-04 01:02:03</wp:post_date_gmt>
<wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
<category domain="category" nicename="news">新闻</category>
<category domain="category" nicename="top">要闻</category>
<category domain="post_tag">文明</category></item>
<item><title>块</title><content:encoded><![CDATA[<!-- wp:paragraph --><p>一</p>
<!-- /wp:paragraph -->]]></content:encoded><wp:post_id>8</wp:post_id><wp:status>draft</wp:status>
<wp:post_type>post</wp:post_type></item>
<item><title>删</title><wp:post_id>9</wp:post_id><wp:status>trash</wp:status>
<wp:post_type>post</wp:post_type></item>
<item><title>页</title><wp:post_id>10</wp:post_id><wp:status>publish</wp:status>
<wp:post_type>page</wp:post_type></item>
</channel></rss>"""

PAGE = """<!doctype html><html lang="zh-CN"><head><title>站名 - 题目</title>
<meta property="og:title" content="题目"><meta name="description" content="描述">
<meta property="article:published_time" content="2026-03-01T10:00:00+08:00">
<link rel="canonical" href="https://news.example.org/1.html"></head><body>
<nav><p>首页首页首页首页首页首页首页首页首页首页首页首页首页首页首页首页首页首页首页首页首页首页</p></nav>
<div id="side"><p>热门</p></div><div id="text"><h1>题目</h1>TEXT</div><footer><p>版权</p></footer>
</body></html>""".replace("TEXT", "".join(f"<p>{text}</p>" for text in PARAGRAPHS))

MARKDOWN = """---
title: 花园
date: 2026-03-02
tags: [志愿, 社区]
category: 社会
author: 张三
---

正文 **重点**

- 一
- 二
"""


def word() -> bytes:
    document = Document()
    document.core_properties.author = "李四"
    document.add_paragraph("文稿标题", style="Title")
    document.add_heading("小标题", level=1)
    paragraph = document.add_paragraph("正文")
    paragraph.add_run("加粗").bold = True
    document.add_paragraph("一", style="List Bullet")
    document.add_paragraph("二", style="List Bullet")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "甲", "乙"
    into = io.BytesIO()
    document.save(into)
    return into.getvalue()


def found(name: str, content: bytes | str) -> list[Item]:
    return list(read(name, content.encode() if isinstance(content, str) else content))


def adoption(world: World, **given: Any) -> Adoption:
    return Adoption(
        **{
            "source": "source",
            "organization_id": world.organization_id,
            "author_id": world.person_id,
            **given,
        }
    )


NOWHERE = World(organization_id=1, person_id=1, partner_id=1, account_id=1)


def markdown_of(item: Item) -> str:
    assert isinstance(item, Found)
    return to_markdown(loaded(planned(item, adoption(NOWHERE)).new.blocks)).strip()
