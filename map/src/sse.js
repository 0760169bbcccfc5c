// Server-sent events out of the body of a fetch. EventSource can neither POST nor carry a token.

/** Yields `{ event, data }`, and `null` for each comment (a heartbeat). */
export async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let pending = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (pending + value).replace(/\r\n/g, '\n').split('\n\n');
      pending = blocks.pop();
      // Also when no block is complete yet: something came, so the stream lives.
      if (blocks.length === 0) yield null;
      for (const block of blocks) yield parse(block);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

export function parse(block) {
  const lines = block.split('\n');
  const values = (name) => lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ''));
  const event = values('event').at(-1);
  return event ? { event, data: values('data').join('\n') } : null;
}
