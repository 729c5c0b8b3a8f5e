/**
 * DuckDB's Node library, loaded at the first call. It is required, because importing a CommonJS package reads all of its
 * files once more, for the names that they export: 0.22 s of processor time instead of 0.08 s, at every start.
 */

import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export function duckdbLibrary(): typeof import('@duckdb/node-api') {
  return require('@duckdb/node-api') as typeof import('@duckdb/node-api')
}

/** What the library itself stands on: vectors as bytes. */
export function duckdbBindings(): typeof import('@duckdb/node-bindings') {
  return require('@duckdb/node-bindings') as typeof import('@duckdb/node-bindings')
}
