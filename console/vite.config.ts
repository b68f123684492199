import { defineConfig } from 'vite';

// The page is files in a jar: relative addresses, names that carry a hash of the content, nothing that differs between two builds.
export default defineConfig({
  root: 'src/main/page',
  base: './',
  build: {
    outDir: '../../../target/classes/io/linkspan/console',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { '/v1': 'http://127.0.0.1:8099', '/mock': 'http://127.0.0.1:8099' } },
});
