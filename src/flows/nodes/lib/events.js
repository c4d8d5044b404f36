/** Longest event that is read, in characters; a longer one means that this is not Tocsin's feed. */
const longest = 1_000_000;

/**
 * Reads server-sent events whose data is JSON, until the stream ends.
 * Events without data (comments that keep the connection open) are passed over.
 * @returns {AsyncGenerator<{name: string, id: string, data: unknown}>}
 */
async function* readEvents(stream) {
  let rest = '';
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    rest += piece;
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop();
    if (rest.length > longest) throw new Error('The feed sent an event that has no end.');
    for (const block of blocks) {
      const fields = { event: 'message', id: '', data: '' };
      for (const line of block.split(/\r?\n/)) {
        const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (name === 'data' && fields.data !== '') fields.data += `\n${value}`;
        else if (name) fields[name] = value;
      }
      if (fields.data !== '') yield { name: fields.event, id: fields.id, data: JSON.parse(fields.data) };
    }
  }
}

module.exports = { readEvents };
