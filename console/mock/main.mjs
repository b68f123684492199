// The mock for a developer: `npm run dev` starts it beside Vite. anna / "a quiet river" may do everything, bert / "only looking" may look.
import { existsSync } from 'node:fs';
import { start } from './server.mjs';

const dist = new URL('../target/classes/io/linkspan/console', import.meta.url).pathname;
const mock = await start({ port: 8099, ...(existsSync(dist) ? { dist } : {}), accounts: !process.argv.includes('--first-start') });
console.log(`the mock is at ${mock.address}; set-up code ${mock.code}`);
