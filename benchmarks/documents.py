"""What is asked: the GraphQL documents of the workloads."""

from __future__ import annotations

FEED_NODES = """
    nodes {
      id title slug summary publishedAt
      author { name }
      organization { id name }
      posts(first: 3) { nodes { id url postedAt partner { name } } }
    }
"""

FEED = f"""
query Feed($first: Int!, $after: String) {{
  articles(first: $first, after: $after) {{{FEED_NODES}  }}
}}
"""

FEED_WITH_PAGES = f"""
query Feed($first: Int!, $after: String) {{
  articles(first: $first, after: $after) {{{FEED_NODES}
    pageInfo {{ hasNextPage endCursor }}
  }}
}}
"""

ARTICLE = """
query Article($id: ID!) {
  article(id: $id) {
    id title slug summary body category { name } tags publishedAt
    author { name }
    organization { id name }
    reads { value status asOf coverage { known counted } }
    likes { value status }
    comments { value status }
    shares { value status }
    posts(first: 20) {
      nodes { id url postedAt partner { id name } reads { value status } likes { value } }
    }
  }
}
"""

MANY = """
query Many($organizations: Int!, $articles: Int!) {
  organizations(first: $organizations) {
    nodes {
      id name
      articles(first: $articles) { nodes { id slug title summary publishedAt } }
    }
  }
}
"""

DASHBOARD = """
query Dashboard($since: Date!, $until: Date!) {
  network {
    reads { value status asOf coverage { known counted } }
    likes { value status }
    series(since: $since, until: $until) { startsAt value }
  }
  articles: leaderboard(of: ARTICLES, first: 10) {
    rank value subject { id ... on Article { title } }
  }
  partners: leaderboard(of: PARTNERS, first: 10) {
    rank value subject { id ... on Partner { name } }
  }
  organizations: leaderboard(of: ORGANIZATIONS, first: 10) {
    rank value subject { id ... on Organization { name } }
  }
}
"""

DASHBOARD_OF_A_MONTH = DASHBOARD.replace("first: 10", "since: $since, until: $until, first: 10")

CURSORS = """
query Cursors($first: Int!, $after: String) {
  articles(first: $first, after: $after) { nodes { id } pageInfo { endCursor } }
}
"""

UPDATE = """
mutation Update($input: UpdateArticleInput!) {
  updateArticle(input: $input) { __typename ... on ArticlePayload { article { id version } } }
}
"""

VERSION = "query Version($id: ID!) { article(id: $id) { version } }"
