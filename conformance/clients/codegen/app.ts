// An application whose every answer has the type that graphql-codegen wrote for its query.
import { graphql } from './generated/gql.js';
import type { TypedDocumentString } from './generated/graphql.js';

const FEED = graphql(`
  query Feed($first: Int!, $filter: ArticleFilter) {
    articles(first: $first, filter: $filter) {
      nodes {
        id
        title
        status
        publishedAt
        author { name }
        reads { value status asOf coverage { counted known } }
      }
      totalCount
    }
  }
`);

const CREATE = graphql(`
  mutation Create($input: CreateArticleInput!) {
    createArticle(input: $input) {
      __typename
      ... on ArticlePayload { article { id version } }
      ... on Invalid { code message path }
      ... on Forbidden { code message }
    }
  }
`);

type Ask = <Result, Variables>(
  document: TypedDocumentString<Result, Variables>, variables: Variables,
) => Promise<Result>;

export function asking(url: string, headers: Record<string, string>): Ask {
  return async <Result>(document: { toString(): string }, variables: unknown) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: document.toString(), variables }),
    });
    const answer = (await response.json()) as { data: Result; errors?: { message: string }[] };
    if (answer.errors) throw new Error(answer.errors[0]?.message);
    return answer.data;
  };
}

export async function titles(ask: Ask): Promise<{ title: string; author: string; reads: number }[]> {
  const { articles } = await ask(FEED, { first: 100 });
  return articles.nodes.map(({ title, author, reads }) => ({
    title,
    author: author.name,
    // What is not known is null, and strict types do not let it pass for a number.
    reads: reads.value ?? -1,
  }));
}

export async function create(
  ask: Ask, title: string, authorId: string, organizationId: string,
): Promise<string> {
  const { createArticle } = await ask(CREATE, { input: { title, authorId, organizationId } });
  switch (createArticle.__typename) {
    case 'ArticlePayload':
      return `version ${createArticle.article.version}`;
    case 'Invalid':
      return createArticle.path.join('.');
    case 'Forbidden':
      return createArticle.code;
    default:
      return createArticle.__typename;
  }
}

// What the types must refuse: each of these lines is an error, and tsc says so if it is none.
export async function wrong(ask: Ask): Promise<void> {
  // @ts-expect-error: `first` is required
  await ask(FEED, {});
  // @ts-expect-error: `title` is a text
  await ask(CREATE, { input: { title: 1, authorId: 'Person:1', organizationId: 'Organization:1' } });
  const { articles } = await ask(FEED, { first: 1 });
  // @ts-expect-error: the list may be empty
  articles.nodes[0].title;
  // @ts-expect-error: it was not asked for
  articles.pageInfo;
}
