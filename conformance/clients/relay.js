// relay-compiler over the committed schema, and its artifacts run by relay-runtime.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import runtime from 'relay-runtime';
import { authorization, facts, run, url } from './checks.js';

const { Environment, Network, RecordSource, Store, commitMutation, fetchQuery, getRequest } = runtime;
const execute = promisify(execFile);
const NAMES = [
  'documentsListQuery', 'documentsPageQuery', 'documentsArticleQuery', 'documentsNodesQuery',
  'documentsCreateMutation', 'documentsFollowSubscription',
];

async function artifact(name) {
  return (await import(`./relay/__generated__/${name}.graphql.js`)).default;
}

function environment(more = {}) {
  const network = Network.create(async ({ text }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...more },
      body: JSON.stringify({ query: text, variables }),
    });
    return response.json();
  });
  return new Environment({ network, store: new Store(new RecordSource()) });
}

const ask = async (name, variables, relay = environment()) =>
  fetchQuery(relay, await artifact(name), variables).toPromise();

await run({
  'the compiler takes nodes, connections, pages and refetching': async () => {
    await rm('relay/__generated__', { recursive: true, force: true });
    const compiler = ['node_modules/relay-compiler/cli.js', 'relay.config.json'];
    await execute(process.execPath, compiler).catch((error) => {
      throw new Error(error.stdout + error.stderr);
    });
    for (const name of NAMES) assert.ok(getRequest(await artifact(name)).params.text, name);
  },
  'pages of a connection follow each other in the store': async () => {
    const relay = environment();
    await ask('documentsListQuery', { first: 2 }, relay);
    let pages = 1;
    const connection = () => relay.getStore().getSource().toJSON()['client:root:__documents_articles_connection(orderBy:"NEWEST")'];
    const end = (info) => relay.getStore().getSource().toJSON()[info.__ref];
    while (end(connection().pageInfo).hasNextPage) {
      const after = end(connection().pageInfo).endCursor;
      await ask('documentsPageQuery', { first: 2, after }, relay);
      pages += 1;
    }
    assert.equal(pages, Math.ceil(facts.articles.length / 2));
  },
  'a fragment is fetched again by its node': async () => {
    const relay = environment();
    await ask('documentsArticleQuery', { id: facts.articles[0] }, relay);
    const kept = relay.getStore().getSource().toJSON()[facts.articles[0]];
    assert.deepEqual([kept.__typename, typeof kept.title], ['Article', 'string']);
  },
  'nodes of several kinds': async () => {
    const { nodes } = await ask('documentsNodesQuery', { ids: [facts.articles[0], facts.post, 'Article:999999'] });
    assert.deepEqual(nodes.map((node) => node?.__typename), ['Article', 'Post', undefined]);
    assert.equal(typeof nodes[1].reads.value, 'number');
  },
  'a mutation and its payload': async () => {
    const mutation = await artifact('documentsCreateMutation');
    const input = { title: '接力', authorId: facts.person, organizationId: facts.organization };
    const answer = await new Promise((resolve, reject) => {
      commitMutation(environment({ authorization }), { mutation, variables: { input }, onCompleted: resolve, onError: reject });
    });
    assert.equal(answer.createArticle.article.title, '接力');
  },
});
