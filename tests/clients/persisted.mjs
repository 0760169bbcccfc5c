// Apollo's client, which names its documents by their hashes: it sends each once, and after that only the name, in the address.

import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';

const requests = [];
const http = new HttpLink({
  uri: process.argv[2],
  fetch: (url, options) => {
    requests.push(`${options.method}${/"query"|[?&]query=/.test(`${url}${options.body ?? ''}`) ? ' with its document' : ''}`);
    return fetch(url, options);
  },
});
const named = new PersistedQueryLink({
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
  useGETForHashedQueries: true,
});
const client = new ApolloClient({ link: ApolloLink.from([named, http]), cache: new InMemoryCache() });
const query = gql`query Feed($first: Int!) { globalFeed(first: $first) { nodes { id body } } }`;

for (const first of [1, 2, 3]) {
  const { data } = await client.query({ query, variables: { first }, fetchPolicy: 'no-cache' });
  if (!Array.isArray(data.globalFeed.nodes)) throw new Error(JSON.stringify(data));
}
console.log(requests.join(', '));
