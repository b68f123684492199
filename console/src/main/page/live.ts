// The site as it is now: one stream, held as plain data that the pages look at. It says by itself when it has lost the server,
// tries again, and catches up by the snapshot that a new stream begins with.
import { liveAddress, signedOut, type Cell, type ConnectorHealth, type Thing } from './api';
import { EventText, type Sent } from './sse';
import { isIll } from './trouble';

export type LiveState = {
  status: 'waiting' | 'live' | 'offline';
  things: Thing[];
  cells: ReadonlyMap<string, Cell>;
  armed: boolean;
  note: string;
  connectors: ConnectorHealth[];
  // 0 until it is known.
  revision: number;
  // How often the site itself was said to have changed.
  changes: number;
  // How often something that is wrong with a value came, went or changed: who draws troubles looks at this, not at each value.
  illTurns: number;
  // Since when the server is away, in the reader's own time; 0 when it is not.
  lostAt: number;
};

type Snapshot = { things: Thing[]; armed: boolean; note?: string; speed?: number; now: string; connectors?: ConnectorHealth[]; revision?: number };
type SiteEvent = { armed?: boolean; note?: string; revision?: number; connectors?: ConnectorHealth[] };

// The server writes a comment each 15 s; longer than this and it is gone, whatever TCP believes.
const SILENCE_MAX_MS = 40_000;
// Values that are drawn in one frame; when more come than that, so many that all are drawn within some frames.
const CELLS_A_FRAME = 40;
const FRAMES_TO_DRAW = 12;
// A page that nobody sees has no frames, and keeps up all the same.
const HIDDEN_FRAME_MS = 250;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 10_000;

export class Live {
  state: LiveState = { status: 'waiting', things: [], cells: new Map(), armed: true, note: '', connectors: [], revision: 0, changes: 0, illTurns: 0, lostAt: 0 };
  private readonly watchers = new Set<(state: LiveState, changed: Cell[]) => void>();
  private readonly cellWatchers = new Map<string, Set<(cell: Cell | undefined) => void>>();
  private readonly end = new AbortController();
  private readonly waiting = new Map<string, Cell>();
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private retryMs = RETRY_FIRST_MS;
  private clock = { site: Date.now(), here: performance.now(), speed: 1 };
  private wake: () => void = () => {};
  private anew: () => void = () => {};

  constructor(private readonly name: string) {
    const again = () => { this.retryMs = RETRY_FIRST_MS; this.wake(); };
    addEventListener('online', again, { signal: this.end.signal });
    document.addEventListener('visibilitychange', again, { signal: this.end.signal });
    void this.run();
  }

  watch(watcher: (state: LiveState, changed: Cell[]) => void): () => void {
    this.watchers.add(watcher);
    return () => { this.watchers.delete(watcher); };
  }

  // One property alone: of five hundred values on a page only those that changed are drawn again.
  watchCell(path: string, watcher: (cell: Cell | undefined) => void): () => void {
    const own = this.cellWatchers.get(path) ?? new Set();
    this.cellWatchers.set(path, own.add(watcher));
    return () => { own.delete(watcher); };
  }

  close() { this.end.abort(); this.wake(); this.forget(); }

  // The site's time: its own clock, which a demo runs faster than ours.
  now(): number { return this.clock.site + (performance.now() - this.clock.here) * this.clock.speed; }

  private async run() {
    while (!this.end.signal.aborted) {
      try { if (await this.listen()) continue; } catch { /* the line broke: said below */ }
      if (this.end.signal.aborted) return;
      this.put({ status: 'offline', lostAt: this.state.lostAt || Date.now() }, []);
      await new Promise<void>(done => { this.wake = done; setTimeout(done, this.retryMs); });
      this.retryMs = Math.min(RETRY_MAX_MS, this.retryMs * 2);
    }
  }

  // Until the stream ends. True when a new one is wanted at once: nothing is lost then.
  private async listen(): Promise<boolean> {
    const stop = new AbortController();
    const ended = () => stop.abort();
    let wanted = false;
    this.anew = () => { wanted = true; stop.abort(); };
    this.end.signal.addEventListener('abort', ended);
    let watchdog = setTimeout(ended, SILENCE_MAX_MS);
    try {
      const answer = await fetch(liveAddress(this.name), { signal: stop.signal, headers: { Accept: 'text/event-stream' }, credentials: 'same-origin' });
      if (answer.status === 401) signedOut();
      if (!answer.ok || !answer.body) throw new Error(String(answer.status));
      const text = new EventText();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return wanted;
        clearTimeout(watchdog);
        watchdog = setTimeout(ended, SILENCE_MAX_MS);
        for (const sent of text.take(value)) this.hear(sent);
      }
    } catch (error) {
      if (!wanted) throw error;
    } finally {
      clearTimeout(watchdog);
      stop.abort();
      this.end.signal.removeEventListener('abort', ended);
    }
    return wanted;
  }

  private hear(sent: Sent) {
    const data = JSON.parse(sent.data) as unknown;
    if (sent.event === 'snapshot') this.snapshot(data as Snapshot);
    else if (sent.event === 'cells') this.cells(data as { cells: Cell[]; now: string });
    else if (sent.event === 'site') this.site(data as SiteEvent);
  }

  private snapshot(sent: Snapshot) {
    this.retryMs = RETRY_FIRST_MS;
    this.clock = { site: Date.parse(sent.now), here: performance.now(), speed: sent.speed ?? 1 };
    const all = sent.things.flatMap(t => t.properties);
    this.forget();
    this.put({
      illTurns: this.state.illTurns + 1,
      // What the stream does not say of a site (its disk, its trouble) may have changed while the server was away.
      changes: this.state.changes + (this.state.lostAt ? 1 : 0),
      status: 'live', lostAt: 0, things: sent.things, armed: sent.armed, note: sent.note ?? '',
      cells: new Map(all.map(c => [c.property, c])),
      ...(sent.connectors ? { connectors: sent.connectors } : {}),
      ...(sent.revision === undefined ? {} : { revision: sent.revision }),
    }, all);
  }

  // Armed, revision, connectors. What is not said may have changed all the same: the frame asks for the site anew.
  private site(sent: SiteEvent) {
    const other = sent.revision !== undefined && this.state.revision !== 0 && sent.revision !== this.state.revision;
    this.put({
      changes: this.state.changes + 1, ...(sent.connectors ? { connectors: sent.connectors } : {}),
      ...(sent.armed === undefined ? {} : { armed: sent.armed }), ...(sent.note === undefined ? {} : { note: sent.note }),
      ...(sent.revision === undefined ? {} : { revision: sent.revision }),
    }, []);
    // Another file has other machines; a new stream begins with all of them.
    if (other) this.anew();
  }

  private cells(sent: { cells: Cell[]; now: string }) {
    this.clock = { site: Date.parse(sent.now), here: performance.now(), speed: this.clock.speed };
    for (const cell of sent.cells) { this.waiting.delete(cell.property); this.waiting.set(cell.property, cell); }
    // What can be switched is drawn at once: a person who just did it looks at it, and there is never much of it.
    const acts = sent.cells.filter(c => c.writable).slice(0, CELLS_A_FRAME);
    if (acts.length) this.take(acts);
    this.ask();
  }

  // Changes wait for the next frame, so that a burst of them costs no frame: of one value only the newest is drawn.
  private ask() {
    if (!this.waiting.size || this.frame || this.timer !== undefined) return;
    const draw = () => { cancelAnimationFrame(this.frame); clearTimeout(this.timer); this.frame = 0; this.timer = undefined; this.draw(); };
    if (!document.hidden) this.frame = requestAnimationFrame(draw);
    this.timer = setTimeout(draw, HIDDEN_FRAME_MS);
  }

  private draw() {
    const many = document.hidden ? this.waiting.size : Math.max(CELLS_A_FRAME, Math.ceil(this.waiting.size / FRAMES_TO_DRAW));
    this.take([...this.waiting.values()].slice(0, many));
    this.ask();
  }

  private take(changed: Cell[]) {
    const cells = new Map(this.state.cells);
    let ill = false;
    for (const cell of changed) {
      this.waiting.delete(cell.property);
      const before = cells.get(cell.property);
      ill ||= isIll(cell) || (before !== undefined && isIll(before));
      cells.set(cell.property, cell);
    }
    this.put({ cells, illTurns: this.state.illTurns + (ill ? 1 : 0) }, changed);
  }

  // A snapshot has all of it.
  private forget() {
    this.waiting.clear();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.frame = 0;
    this.timer = undefined;
  }

  private put(change: Partial<LiveState>, changed: Cell[]) {
    this.state = { ...this.state, ...change };
    for (const cell of changed) for (const watcher of this.cellWatchers.get(cell.property) ?? []) watcher(cell);
    for (const watcher of this.watchers) watcher(this.state, changed);
  }
}
