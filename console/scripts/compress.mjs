// A .gz beside each file that shrinks, so that the server sends it as it lies. No time and no name inside: the same page gives the
// same bytes.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const folder = 'target/classes/io/linkspan/console';
const WORTH_BYTES_MIN = 200;
let first = 0;
for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.name.endsWith('.gz')) continue;
  const file = join(entry.parentPath, entry.name);
  const bytes = readFileSync(file);
  const packed = gzipSync(bytes, { level: 9 });
  first += Math.min(packed.length, bytes.length);
  if (bytes.length >= WORTH_BYTES_MIN && packed.length < bytes.length) writeFileSync(`${file}.gz`, packed);
}
console.log(`the page: ${(first / 1024).toFixed(1)} KiB compressed in all`);
