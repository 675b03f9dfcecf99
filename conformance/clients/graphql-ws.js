// graphql-ws: operations over a WebSocket, keep-alive, and every code the protocol closes with.
import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { authorization, facts, run, socketUrl } from './checks.js';

const FOLLOW = 'subscription ($ids: [ID!]!) { engagementChanged(ids: $ids) { id reads { value } } }';
const COUNT = '{ articles { totalCount } }';
const PROTOCOL = 'graphql-transport-ws';
const init = (payload) => ({ type: 'connection_init', payload });
const subscribe = (id, query, variables) => ({ id, type: 'subscribe', payload: { query, variables } });

function client(options = {}) {
  return createClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0, ...options });
}

async function results(socket, payload, most = Infinity) {
  const found = [];
  for await (const result of socket.iterate(payload)) {
    found.push(result);
    if (found.length === most) break;
  }
  return found;
}

// Sends each message when the one before was answered, and gives the code the server closes with.
function closing(messages, protocol = PROTOCOL) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(socketUrl, protocol);
    const waiting = [...messages];
    const next = () => {
      const message = waiting.shift();
      if (message !== undefined) socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    };
    socket.on('open', next);
    socket.on('message', next);
    socket.on('error', reject);
    socket.on('close', (code) => resolve(code));
  });
}

const follow = (id) => subscribe(id, FOLLOW, { ids: [facts.post] });
const CLOSED = [
  [4400, 'what is no object', [init(), '[]']],
  [4400, 'what is no JSON', [init(), '{']],
  [4400, 'an unknown type', [init(), { type: 'start' }]],
  [4400, 'variables that are a list', [init(), subscribe('a', COUNT, [])]],
  [4400, 'JSON of any depth', [init(), '['.repeat(100_000)]],
  [4400, 'a message of 4 MiB', [init(), JSON.stringify(subscribe('a', COUNT + ' '.repeat(4 << 20)))]],
  [4401, 'subscribing before introducing oneself', [subscribe('a', COUNT)]],
  [4403, 'a token that opens nothing', [init({ authorization: 'Bearer nothing' })]],
  [4408, 'who never introduces itself', []],
  [4409, 'two operations of one id', [init(), follow('a'), follow('a')]],
  [4429, 'introducing oneself twice', [init(), init()]],
];

await run({
  'queries and mutations': async () => {
    const socket = client({ connectionParams: { Authorization: authorization } });
    const [read] = await results(socket, { query: '{ network { id } }' });
    assert.deepEqual(read.data, { network: { id: 'Network:1' } });
    const query = 'mutation { disableWebhookEndpoint(input: { id: "WebhookEndpoint:1" }) { __typename } }';
    const [written] = await results(socket, { query });
    assert.equal(written.data.disableWebhookEndpoint.__typename, 'NotFound');
    await socket.dispose();
  },
  'a subscription: first as it is, then what changes': async () => {
    const socket = client();
    const found = await results(socket, { query: FOLLOW, variables: { ids: [facts.post] } }, 3);
    const seen = found.map(({ data }) => data.engagementChanged[0].reads.value);
    assert.ok(seen[0] < seen[1] && seen[1] < seen[2], String(seen));
    await socket.dispose();
  },
  'several operations on one connection': async () => {
    let connections = 0;
    const socket = client({ lazy: false, on: { connected: () => { connections += 1; } } });
    const payload = { query: FOLLOW, variables: { ids: [facts.post] } };
    const found = await Promise.all([1, 2, 3].map(() => results(socket, payload, 2)));
    assert.deepEqual(found.map((some) => some.length), [2, 2, 2]);
    assert.equal(connections, 1);
    await socket.dispose();
  },
  'what cannot be followed is an error, and the connection stays': async () => {
    const socket = client({ lazy: false });
    const payload = { query: FOLLOW, variables: { ids: ['Team:1'] } };
    await assert.rejects(results(socket, payload), (errors) => {
      assert.equal(errors[0].extensions.code, 'BAD_USER_INPUT');
      return true;
    });
    const [read] = await results(socket, { query: COUNT });
    assert.equal(read.data.articles.totalCount, facts.articles.length);
    await socket.dispose();
  },
  'pings are answered, and pings of the client kept alive': async () => {
    let pongs = 0;
    let socket;
    await new Promise((resolve) => {
      socket = client({
        lazy: false, keepAlive: 50,
        on: { pong: (received) => { if (received && ++pongs === 3) resolve(); } },
      });
    });
    assert.equal(pongs, 3);
    await socket.dispose();
  },
  'a token that opens nothing ends it for good': async () => {
    const socket = client({ connectionParams: { Authorization: 'Bearer nothing' } });
    await assert.rejects(results(socket, { query: COUNT }), (event) => event.code === 4403);
  },
  '4406: no protocol, or one of another age': async () => {
    assert.equal(await closing([], []), 4406);
    await assert.rejects(closing([], 'graphql-ws'), /no subprotocol/);
  },
  ...Object.fromEntries(CLOSED.map(([code, what, messages]) => [
    `${code}: ${what}`, async () => assert.equal(await closing(messages), code),
  ])),
});
