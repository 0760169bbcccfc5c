// How GraphiQL reaches the server: POST /graphql, and the same with an event stream for subscriptions.

import { getOperationAST } from 'graphql';

import { accessToken, setAccessToken, tokenRefused } from './session.js';

const JSON_TYPES = 'application/graphql-response+json, application/json';

export function fetcher(params, options) {
  const operation = options?.documentAST && getOperationAST(options.documentAST, params.operationName);
  if (operation?.operation === 'subscription') return subscribe(params, options);
  return ask(params, options);
}

/** Variables for an example, taken from what the server holds at the moment; null when it holds none. */
export async function lookUp({ query, pick }) {
  const { data } = await ask({ query });
  try {
    return pick(data);
  } catch {
    return null;
  }
}

async function ask(params, options) {
  try {
    const answer = await body(await send(params, options, JSON_TYPES));
    adoptSession(answer.data);
    return answer;
  } catch (error) {
    // GraphiQL would show the stack of the bundled script with it, which helps nobody.
    return failure(`The server cannot be reached: ${error.message}`);
  }
}

function failure(message) {
  return { errors: [{ message }] };
}

async function send(params, options, accept, signal) {
  const headers = new Headers({ 'content-type': 'application/json', accept });
  // The schema is the same for everybody. Asked for without the token, it also comes when the token has expired.
  const token = params.operationName === 'IntrospectionQuery' ? '' : accessToken();
  if (token) headers.set('authorization', `Bearer ${token}`);
  // What stands in the headers editor comes last and wins.
  for (const [name, value] of Object.entries(options?.headers ?? {})) headers.set(name, value);
  const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(params), signal });
  if (response.status === 401) tokenRefused(token);
  return response;
}

/** An answer with an error status still holds GraphQL errors; anything else than JSON is not from the API. */
async function body(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return failure(`The server answered ${response.status}, and not with JSON: ${text.slice(0, 500)}`);
  }
}

/** Signs the playground in with the token that a mutation (signIn, signUp, ...) has just returned. */
function adoptSession(data) {
  for (const field of Object.values(data ?? {})) {
    const token = field?.session?.accessToken;
    if (typeof token === 'string') setAccessToken(token);
  }
}

/** GraphQL over server-sent events, one connection for each subscription. */
function subscribe(params, options) {
  const abort = new AbortController();
  const results = events(params, options, abort.signal);
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => results.next(),
    // Not the generator's own `return`, which would wait for the event that may never come.
    return() {
      abort.abort();
      return Promise.resolve({ value: undefined, done: true });
    },
  };
}

async function* events(params, options, signal) {
  try {
    const response = await send(params, options, 'text/event-stream', signal);
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
      yield await body(response);
      return;
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let pending = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (pending + value).replace(/\r\n/g, '\n').split('\n\n');
      pending = blocks.pop();
      for (const block of blocks) {
        const { event, data } = parse(block);
        if (event === 'complete') return;
        if (event === 'next') yield JSON.parse(data);
      }
    }
  } catch (error) {
    if (!signal.aborted) yield failure(`The subscription broke off: ${error.message}`);
  }
}

function parse(block) {
  const lines = block.split('\n');
  const values = (name) => lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trimStart());
  return { event: values('event').at(-1), data: values('data').join('\n') };
}
