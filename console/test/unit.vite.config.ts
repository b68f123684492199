import { readdirSync } from 'node:fs';
import { defineConfig } from 'vite';

// Node's own test runner reads JavaScript; so the tests and what they test are built into plain files first.
export default defineConfig({
  build: {
    ssr: true,
    outDir: 'target/unit',
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rollupOptions: {
      input: Object.fromEntries(readdirSync('test/unit').filter(f => f.endsWith('.test.ts')).map(f => [f.replace(/\.ts$/, ''), `test/unit/${f}`])),
      output: { entryFileNames: '[name].mjs', chunkFileNames: 'shared-[hash].mjs' },
    },
  },
});
