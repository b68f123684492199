#!/bin/sh
# Builds the page with the machine's npm, and only what is needed: the packages when their list changed, the page when a source did.
# Without npm it says what to install and leaves the jar empty; everything else of Linkspan is built and runs.
set -eu
cd "$(dirname "$0")/.."
page=target/classes/io/linkspan/console/index.html
if ! command -v npm >/dev/null || ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null; then
    rm -rf target/classes/io/linkspan/console
    echo "The console is left out: it is built with npm and Node 20.19 or newer (Debian: apt install nodejs npm); the rest is built and runs."
    exit 0
fi
if [ ! -f node_modules/.linkspan ] || ! cmp -s package-lock.json node_modules/.linkspan; then
    if ! npm ci --no-audit --no-fund --silent; then
        rm -rf target/classes/io/linkspan/console
        echo "The console is left out: npm could not fetch its packages (npm ci in console/ says why); the rest is built and runs."
        exit 0
    fi
    cp package-lock.json node_modules/.linkspan
fi
if [ -f "$page" ] && [ -z "$(find src/main package.json package-lock.json tsconfig.json vite.config.ts scripts -newer "$page" -print -quit)" ]; then
    exit 0
fi
npm run --silent build
