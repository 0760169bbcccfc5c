// One GraphQL request. Always a POST: what is looked at stands in its body, never in an address that somebody logs.

/** What the server answered instead of data; `code` is that of its documentation. */
export class Refused extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

export function post(query, variables, { token, accept, signal }) {
  const headers = { 'content-type': 'application/json', accept };
  if (token) headers.authorization = `Bearer ${token}`;
  return fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query, variables }), signal });
}

/** The data, or an error whose message can be shown. */
export async function send(query, variables, { token = null, signal } = {}) {
  let response;
  try {
    response = await post(query, variables, { token, signal, accept: 'application/graphql-response+json, application/json' });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Refused('The server cannot be reached.', 'UNREACHABLE');
  }
  const answer = await response.json().catch((error) => {
    if (error.name === 'AbortError') throw error;
    throw new Refused(`The server answered with ${response.status}.`, 'UNREACHABLE');
  });
  const [error] = answer.errors ?? [];
  if (error) throw new Refused(sentence(error.message), error.extensions?.code);
  return answer.data;
}

/** The server's messages begin small, for programs that put them into theirs. */
export function sentence(message) {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
