// urql: queries, mutations, GET, and subscriptions as server-sent events over the same address.
import assert from 'node:assert/strict';
import { Client, cacheExchange, fetchExchange, gql } from '@urql/core';
import { authorization, facts, run, url } from './checks.js';

const COUNT = gql`{ articles { totalCount } }`;
const FOLLOW = gql`subscription ($ids: [ID!]!) { engagementChanged(ids: $ids) { id reads { value } } }`;
const DISABLE = gql`
  mutation {
    disableWebhookEndpoint(input: { id: "WebhookEndpoint:1" }) {
      __typename
      ... on Problem { code }
    }
  }
`;

function client(options = {}) {
  return new Client({
    url, exchanges: [cacheExchange, fetchExchange], fetchSubscriptions: true,
    preferGetMethod: false, ...options,
  });
}

function noting() {
  const sent = [];
  return [sent, async (address, options) => {
    const response = await fetch(address, options);
    sent.push({
      method: options.method, accept: options.headers.accept,
      type: response.headers.get('content-type'), status: response.status,
    });
    return response;
  }];
}

function follow(urql, ids, count) {
  return new Promise((resolve, reject) => {
    const seen = [];
    const { unsubscribe } = urql.subscription(FOLLOW, { ids }).subscribe(({ data, error }) => {
      if (error) return reject(error);
      seen.push(data.engagementChanged[0].reads.value);
      if (seen.length === count) { resolve(seen); queueMicrotask(() => unsubscribe()); }
    });
  });
}

await run({
  'a query is answered with JSON, though a stream stands in its Accept': async () => {
    const [sent, noted] = noting();
    const { data, error } = await client({ fetch: noted }).query(COUNT, {}).toPromise();
    assert.equal(error, undefined);
    assert.equal(data.articles.totalCount, facts.articles.length);
    assert.match(sent[0].accept, /text\/event-stream/);
    assert.match(sent[0].type, /^application\/graphql-response\+json/);
  },
  'a query by GET': async () => {
    const [sent, noted] = noting();
    const urql = client({ fetch: noted, preferGetMethod: 'force' });
    const { data } = await urql.query(COUNT, {}).toPromise();
    assert.equal(data.articles.totalCount, facts.articles.length);
    assert.equal(sent[0].method, 'GET');
  },
  'a mutation, and one that is refused': async () => {
    const stranger = await client().mutation(DISABLE, {}).toPromise();
    assert.equal(stranger.data.disableWebhookEndpoint.__typename, 'Forbidden');
    const own = client({ fetchOptions: { headers: { authorization } } });
    const { data } = await own.mutation(DISABLE, {}).toPromise();
    assert.equal(data.disableWebhookEndpoint.__typename, 'NotFound');
  },
  'a wrong query is a GraphQL error': async () => {
    const { error } = await client().query(gql`{ articles(first: 0) { totalCount } }`, {}).toPromise();
    assert.equal(error.networkError, undefined);
    assert.equal(error.graphQLErrors[0].extensions.code, 'BAD_USER_INPUT');
  },
  'a subscription: first as it is, then what changes': async () => {
    const [sent, noted] = noting();
    const seen = await follow(client({ fetch: noted }), [facts.post], 3);
    assert.ok(seen[0] < seen[1] && seen[1] < seen[2], String(seen));
    assert.match(sent[0].type, /^text\/event-stream/);
  },
  'a subscription that cannot be followed is a GraphQL error': async () => {
    await assert.rejects(follow(client(), ['Team:1'], 1), (error) => {
      assert.equal(error.graphQLErrors[0].extensions.code, 'BAD_USER_INPUT');
      return true;
    });
  },
});
