#!/usr/bin/env node
// A CommonJS file on purpose: Node reads an ES module entry through libuv's thread pool, and the size of the pool is
// fixed at its first use. Here nothing has touched it yet.
const [major, minor, patch] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && (minor < 18 || (minor === 18 && patch < 1)))) {
  process.stderr.write(`hyperbyte: needs Node.js 20.18.1 or newer, this is ${process.version} (${process.execPath})\n`)
  process.exit(1)
}

// The write-ahead log, DuckDB's files, gzip and the file system share this pool; four threads wait for each other.
process.env.UV_THREADPOOL_SIZE ??= '16'

const path = require('node:path')
const { execute, settings } = require('@oclif/core')

// Commands are what the build made, also while NODE_ENV=test.
settings.enableAutoTranspile = false

import('../dist/cli/rewrite-influx-flags.js').then(({ rewriteInfluxFlags }) =>
  execute({
    args: rewriteInfluxFlags(process.argv.slice(2)),
    loadOptions: { root: path.dirname(__dirname) },
  }),
)
