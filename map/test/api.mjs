// The API, for what a test does beside the page.

export async function ask(url, query, variables = {}, token = null) {
  const headers = { 'content-type': 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

/** A handle that nobody has. */
export function newHandle() {
  return `map_${Date.now().toString(36)}${Math.floor(Math.random() * 1e6).toString(36)}`;
}

/** Somebody new, signed in: a person may make but a few beacons an hour. */
export async function join(url) {
  const handle = newHandle();
  const input = { handle, email: `${handle}@sojorn.example`, password: 'a long password' };
  const query = 'mutation ($input: SignUpInput!) { signUp(input: $input) { session { accessToken } userErrors { message } } }';
  return (await ask(url, query, { input })).signUp.session.accessToken;
}

export async function createBeacon(url, token, place, body) {
  const input = { body, type: 'EVENT', severity: 'LOW', precision: 'BLOCK', location: place, expiresInMinutes: 30 };
  const query = `mutation ($input: CreateBeaconInput!) { createBeacon(input: $input) { manageKey userErrors { message }
    beacon { id type severity state body imageUrl precision radiusMeters confidence isPriority isOfficial vouchCount reportCount
      viewerVote createdAt expiresAt location { latitude longitude } author { id handle displayName } } } }`;
  const { beacon, manageKey, userErrors } = (await ask(url, query, { input }, token)).createBeacon;
  if (!beacon) throw new Error(JSON.stringify(userErrors));
  return { beacon, manageKey };
}

export async function deleteBeacon(url, { beacon, manageKey }) {
  const query = 'mutation ($input: ManageBeaconInput!) { deleteBeacon(input: $input) { deletedId } }';
  await ask(url, query, { input: { beaconId: beacon.id, manageKey } });
}

export async function resolveBeacon(url, { beacon, manageKey }) {
  const query = 'mutation ($input: ResolveBeaconInput!) { resolveBeacon(input: $input) { beacon { state } } }';
  await ask(url, query, { input: { beaconId: beacon.id, manageKey } });
}
