// Server-sent events out of a stream of text (WHATWG HTML, 9.2.6). Pure: pieces in, events out.
export type Sent = { event: string; data: string };

export class EventText {
  private rest = '';

  // The events that are whole with this piece. A comment line gives nothing, and yet shows that the server is there.
  take(piece: string): Sent[] {
    const raw = this.rest + piece;
    // A line end may be cut in two: its half waits for the other.
    const half = raw.endsWith('\r') ? '\r' : '';
    const blocks = raw.slice(0, raw.length - half.length).replace(/\r\n?/g, '\n').split('\n\n');
    this.rest = (blocks.pop() ?? '') + half;
    return blocks.flatMap(block => {
      let event = 'message';
      const data: string[] = [];
      for (const line of block.split('\n')) {
        const colon = line.indexOf(':');
        if (colon <= 0) continue;
        const value = line.slice(colon + 1).replace(/^ /, '');
        if (line.startsWith('event:')) event = value;
        if (line.startsWith('data:')) data.push(value);
      }
      return data.length ? [{ event, data: data.join('\n') }] : [];
    });
  }
}
