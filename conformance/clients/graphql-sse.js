// graphql-sse, in its mode of one connection for each operation.
import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';
import { authorization, facts, run, url } from './checks.js';

const FOLLOW = 'subscription ($ids: [ID!]!) { engagementChanged(ids: $ids) { id reads { value } } }';
const COUNT = '{ articles { totalCount } }';

function client(headers = {}) {
  return createClient({ url, headers, singleConnection: false, retryAttempts: 0 });
}

async function results(payload, most = Infinity, sse = client()) {
  const found = [];
  for await (const result of sse.iterate(payload)) {
    found.push(result);
    if (found.length === most) break;
  }
  return found;
}

await run({
  'a subscription: first as it is, then what changes': async () => {
    const found = await results({ query: FOLLOW, variables: { ids: [facts.post] } }, 3);
    const seen = found.map(({ data }) => data.engagementChanged[0].reads.value);
    assert.ok(seen[0] < seen[1] && seen[1] < seen[2], String(seen));
  },
  'a query is one event, then the end': async () => {
    const [only, ...more] = await results({ query: COUNT });
    assert.equal(only.data.articles.totalCount, facts.articles.length);
    assert.deepEqual(more, []);
  },
  'a mutation is one event, then the end': async () => {
    const query = 'mutation { disableWebhookEndpoint(input: { id: "WebhookEndpoint:1" }) { __typename } }';
    const [only, ...more] = await results({ query }, Infinity, client({ authorization }));
    assert.equal(only.data.disableWebhookEndpoint.__typename, 'NotFound');
    assert.deepEqual(more, []);
  },
  'what is refused is an event with its errors, then the end': async () => {
    for (const payload of [
      { query: '{ nothing }' }, { query: '{' }, { query: 'subscription { nothing }' },
      { query: FOLLOW, variables: { ids: ['Team:1'] } },
    ]) {
      const [only, ...more] = await results(payload);
      assert.equal(only.data, undefined);
      assert.equal(typeof only.errors[0].extensions.code, 'string');
      assert.deepEqual(more, []);
    }
  },
  'a token that opens nothing is 401': async () => {
    const strange = client({ authorization: 'Bearer nothing' });
    await assert.rejects(results({ query: COUNT }, 1, strange), (error) => error.response.status === 401);
  },
});
