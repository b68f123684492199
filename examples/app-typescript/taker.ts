// Takes a feed and writes each value down once, whatever dies in between. The position stands in the same line as what
// was made of it, so both are there or neither; a line without its end was never written.
//   LINKSPAN_TOKEN=... node taker.ts http://127.0.0.1:8080/v1/sites/riverside_12/feed values.txt
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";

type Reading = { property: string; value: unknown };
const [url = "", path = ""] = process.argv.slice(2);

/** 42, or 2:42 after another node took over. */
const order = (position: string): [number, number] => {
  const [a = "", b] = position.split(":");
  return b === undefined ? [1, Number(a)] : [Number(a), Number(b)];
};

const isAfter = (a: string, b: string): boolean => {
  const [x, y] = [order(a), order(b)];
  return x[0] > y[0] || (x[0] === y[0] && x[1] > y[1]);
};

/** Keeps the whole lines up to a position, cuts the rest off, and tells the last position. */
function keep(upTo?: string): string {
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const whole = text.slice(0, text.lastIndexOf("\n") + 1).split("\n").slice(0, -1);
  const kept = whole.filter((line) => upTo === undefined || !isAfter(line.split(" ")[0]!, upTo));
  if (text !== "") truncateSync(path, Buffer.byteLength(kept.map((line) => line + "\n").join("")));
  return kept.at(-1)?.split(" ")[0] ?? "";
}

/** One connection, until it ends. What has no position belongs to the next event that has. */
async function take(last: string): Promise<void> {
  const headers: Record<string, string> = { Authorization: `Bearer ${process.env.LINKSPAN_TOKEN}` };
  if (last !== "") headers["Last-Event-ID"] = last;
  const answer = await fetch(last === "" ? url + "?from=1" : url, { headers });
  if (!answer.ok || !answer.body) return console.error(await answer.text()); // says what to do
  let [rest, made, event] = ["", "", {} as Record<string, string>];
  for await (const part of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      const colon = line.indexOf(": ");
      if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 2);
      if (line !== "") continue;
      const reset = event.event === "reset";
      if (reset) keep(event.id); // what came after it was never said: the log was restored
      const readings: Reading[] = JSON.parse(event.data ?? "{}").readings ?? [];
      for (const r of readings) made += ` ${r.property}=${JSON.stringify(r.value)}`;
      if (event.id !== undefined && !reset) {
        const file = openSync(path, "a");
        writeSync(file, event.id + made + "\n");
        fsyncSync(file);
        closeSync(file);
        made = "";
      }
      event = {};
    }
  }
}

for (; ; await new Promise((again) => setTimeout(again, 1_000))) // the node is away, or dropped us: go on at our position
  await take(keep()).catch((e) => console.error("Again in a second: " + e));
