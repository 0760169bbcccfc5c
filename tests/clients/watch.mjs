// Watches by the clients that people use: node watch.mjs URL OTHER_URL TOKEN
//
// Two servers on one database. When it says "stop", the first one is to be stopped: clients have to come back by themselves.

import assert from 'node:assert/strict';
import { ApolloClient, HttpLink, InMemoryCache, gql, split } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import WebSocket from 'ws';

const [url, otherUrl, token] = process.argv.slice(2);
const authorization = `Bearer ${token}`;
const WATCH = `subscription { beaconChanged(area: { circle: {
  center: { latitude: 44.9, longitude: -93.2 }, radiusMeters: 20000 } }) { kind beacon { body } } }`;
const CREATE = `mutation Create($body: String!) { createBeacon(input: { body: $body, type: FIRE,
  location: { latitude: 44.9, longitude: -93.2 } }) { beacon { id } userErrors { message } } }`;

/** Makes a beacon, by an ordinary request. */
async function create(at, body) {
  const response = await fetch(`${at}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify({ query: CREATE, variables: { body } }),
  });
  const answer = await response.json();
  assert.ok(answer.data?.createBeacon?.beacon, JSON.stringify(answer));
}

/** The events of a subscription, one after the other. */
function events(subscribe) {
  const queue = [];
  let wake = () => {};
  const sink = {
    next: (value) => { queue.push(value); wake(); },
    error: (error) => { queue.push({ failed: error }); wake(); },
    complete: () => { queue.push({ isComplete: true }); wake(); },
  };
  const end = subscribe(sink);
  return {
    end,
    async next() {
      while (!queue.length) await new Promise((resolve) => { wake = resolve; });
      return queue.shift();
    },
  };
}

const created = (body) => ({ kind: 'CREATED', beacon: { body } });
const settle = () => new Promise((resolve) => setTimeout(resolve, 500));

async function byGraphqlWs() {
  const urls = [url, otherUrl];
  let connections = 0;
  const client = createWsClient({
    url: () => `${urls[Math.min(connections++, 1)].replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    lazy: false,
    retryAttempts: 3,
    keepAlive: 1000,
  });
  const map = events((sink) => client.subscribe({ query: WATCH }, sink));
  await settle();
  await create(url, 'by graphql-ws');
  const first = await map.next();
  assert.deepEqual(first.data.beaconChanged, created('by graphql-ws'));
  assert.ok(first.extensions.eventId);
  // A query and a refusal over the same socket.
  const query = events((sink) => client.subscribe({ query: '{ viewer { id } }' }, sink));
  assert.ok((await query.next()).data.viewer.id);
  assert.ok((await query.next()).isComplete);
  const refused = events((sink) => client.subscribe({ query: '{ nothing }' }, sink));
  assert.equal((await refused.next()).failed[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  console.log('stop');
  // It comes back to the other server, and goes on.
  await new Promise((resolve) => client.on('connected', resolve));
  await settle();
  await create(otherUrl, 'after the restart');
  assert.deepEqual((await map.next()).data.beaconChanged, created('after the restart'));
  map.end();
  await client.dispose();
  console.log('ok graphql-ws');
}

async function byGraphqlSse() {
  const client = createSseClient({ url: `${otherUrl}/graphql`, headers: { authorization }, retryAttempts: 0 });
  const map = events((sink) => client.subscribe({ query: WATCH }, sink));
  await settle();
  await create(otherUrl, 'by graphql-sse');
  assert.deepEqual((await map.next()).data.beaconChanged, created('by graphql-sse'));
  map.end();
  const query = events((sink) => client.subscribe({ query: '{ viewer { id } }' }, sink));
  assert.ok((await query.next()).data.viewer.id);
  assert.ok((await query.next()).isComplete);
  const refused = events((sink) => client.subscribe({ query: '{ nothing }' }, sink));
  assert.equal((await refused.next()).failed.response.status, 400);
  client.dispose();
  console.log('ok graphql-sse');
}

async function byApollo() {
  const socket = createWsClient({
    url: `${otherUrl.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
  });
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: split(
      ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
      new GraphQLWsLink(socket),
      new HttpLink({ uri: `${otherUrl}/graphql`, headers: { authorization } }),
    ),
  });
  const told = events((sink) => {
    const watched = client.subscribe({ query: gql`subscription { homeFeedPostAdded { id body author { handle } } }` });
    const subscription = watched.subscribe(sink);
    return () => subscription.unsubscribe();
  });
  await settle();
  const { data } = await client.mutate({
    mutation: gql`mutation { createPost(input: { body: "by Apollo" }) { post { id body } } }`,
  });
  const event = await told.next();
  assert.equal(event.data.homeFeedPostAdded.id, data.createPost.post.id);
  told.end();
  client.stop();
  await socket.dispose();
  console.log('ok apollo');
}

await byGraphqlWs();
await byGraphqlSse();
await byApollo();
process.exit(0);
