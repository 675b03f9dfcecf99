// Apollo Client: its cache, its errors, persisted queries by hash, GET, subscriptions.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, ServerError, gql,
} from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { createClient } from 'graphql-ws';
import { authorization, facts, run, socketUrl, url } from './checks.js';

const FEED = gql`
  query Feed($after: String) {
    articles(first: 2, after: $after) {
      edges { cursor node { id title author { id name } } }
      pageInfo { hasNextPage endCursor }
      totalCount
    }
  }
`;
const CREATE = gql`
  mutation Create($input: CreateArticleInput!) {
    createArticle(input: $input) {
      __typename
      ... on ArticlePayload { article { id title status version } }
      ... on Problem { code message path }
    }
  }
`;

function client(link) {
  const pages = { Query: { fields: { articles: relayStylePagination() } } };
  const possibleTypes = { Problem: ['Invalid', 'Forbidden', 'NotFound', 'Conflict'] };
  return new ApolloClient({ link, cache: new InMemoryCache({ typePolicies: pages, possibleTypes }) });
}

// A fetch that notes what was sent and answered.
function noting() {
  const sent = [];
  async function noted(address, options) {
    const response = await fetch(address, options);
    const kept = response.clone();
    sent.push({ address: String(address), ...options, status: response.status, text: () => kept.text() });
    return response;
  }
  return [sent, noted];
}

const plain = () => client(new HttpLink({ uri: url }));
const signedIn = () => client(new HttpLink({ uri: url, headers: { authorization } }));
const input = (title) => ({ title, authorId: facts.person, organizationId: facts.organization });
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

await run({
  'a query, its rows kept by their ids': async () => {
    const apollo = plain();
    const { data } = await apollo.query({ query: FEED });
    assert.equal(data.articles.totalCount, facts.articles.length);
    const { id, title } = data.articles.edges[0].node;
    const kept = apollo.cache.extract()[`Article:{"id":"${id}"}`] ?? apollo.cache.extract()[`Article:${id}`];
    assert.equal(kept.title, title);
  },
  'pages go together in its cache': async () => {
    const watched = plain().watchQuery({ query: FEED });
    await watched.result?.() ?? await watched.refetch();
    let pages = 1;
    while (watched.getCurrentResult().data.articles.pageInfo.hasNextPage) {
      const { endCursor } = watched.getCurrentResult().data.articles.pageInfo;
      await watched.fetchMore({ variables: { after: endCursor } });
      pages += 1;
    }
    const ids = watched.getCurrentResult().data.articles.edges.map((edge) => edge.node.id);
    assert.deepEqual([...ids].sort(), [...facts.articles].sort());
    assert.equal(pages, Math.ceil(facts.articles.length / 2));
  },
  'a mutation and its payload': async () => {
    const { data } = await signedIn().mutate({ mutation: CREATE, variables: { input: input('新闻') } });
    const { __typename, article } = data.createArticle;
    assert.deepEqual([__typename, article.title, article.status, article.version],
      ['ArticlePayload', '新闻', 'DRAFT', 1]);
  },
  'a mutation that is refused is data, not an error': async () => {
    const stranger = await plain().mutate({ mutation: CREATE, variables: { input: input('新闻') } });
    assert.equal(stranger.data.createArticle.__typename, 'Forbidden');
    const empty = await signedIn().mutate({ mutation: CREATE, variables: { input: input('') } });
    const { __typename, path } = empty.data.createArticle;
    assert.deepEqual([__typename, path], ['Invalid', ['input', 'title']]);
  },
  'a wrong query is a GraphQL error with its code': async () => {
    const wrong = plain().query({ query: gql`{ articles(first: 0) { totalCount } }` });
    await assert.rejects(wrong, (error) => {
      assert.ok(CombinedGraphQLErrors.is(error), String(error));
      assert.equal(error.errors[0].extensions.code, 'BAD_USER_INPUT');
      return true;
    });
  },
  'a token that opens nothing is 401': async () => {
    const link = new HttpLink({ uri: url, headers: { authorization: 'Bearer nothing' } });
    await assert.rejects(client(link).query({ query: FEED }), (error) =>
      (ServerError.is(error) ? error.statusCode === 401
        : error.errors[0].extensions.code === 'UNAUTHENTICATED'));
  },
  'a document by its hash: sent once, then named by GET': async () => {
    const [sent, noted] = noting();
    const hashed = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
    const link = hashed.concat(new HttpLink({ uri: url, fetch: noted }));
    const query = gql`query ${'Hashed' + process.pid} { articles { totalCount } }`;
    const apollo = client(link);
    for (const fetchPolicy of ['no-cache', 'no-cache']) {
      const { data } = await apollo.query({ query, fetchPolicy });
      assert.equal(data.articles.totalCount, facts.articles.length);
    }
    assert.deepEqual(sent.map(({ method }) => method), ['GET', 'POST', 'GET']);
    assert.match(await sent[0].text(), /PersistedQueryNotFound/);
    assert.ok(sent[1].body.includes('Hashed'));
    assert.ok(!sent[2].address.includes('Hashed') || !sent[2].address.includes('query='));
  },
  'queries by GET, with variables': async () => {
    const [sent, noted] = noting();
    const link = new HttpLink({ uri: url, fetch: noted, useGETForQueries: true });
    const { data } = await client(link).query({ query: FEED, variables: { after: null } });
    assert.equal(data.articles.edges.length, 2);
    assert.deepEqual(sent.map(({ method, status }) => [method, status]), [['GET', 200]]);
  },
  'a subscription over a WebSocket': async () => {
    const socket = createClient({ url: socketUrl });
    const query = gql`subscription ($ids: [ID!]!) { engagementChanged(ids: $ids) { id reads { value } } }`;
    const seen = [];
    await new Promise((resolve, reject) => {
      const followed = client(new GraphQLWsLink(socket)).subscribe({ query, variables: { ids: [facts.post] } });
      const following = followed.subscribe({
        next: ({ data, error }) => {
          if (error) return reject(error);
          seen.push(data.engagementChanged[0].reads.value);
          if (seen.length === 3) { following.unsubscribe(); resolve(); }
        },
        error: reject,
      });
    });
    assert.ok(seen[0] < seen[1] && seen[1] < seen[2], String(seen));
    await socket.dispose();
  },
});
