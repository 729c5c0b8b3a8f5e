import { defineConfig } from 'vitest/config'

// Fast tests are *.test.ts. Tests that start processes, wait for an influxd or take seconds are *.slow.test.ts
// and run only in `npm test`.
const isSlowIncluded = process.env['HYPERBYTE_TEST'] === 'all'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: isSlowIncluded ? [] : ['test/**/*.slow.test.ts'],
    pool: 'forks',
    // Fast tests share two processes, one module cache each: 12 s instead of 33 s. Slow ones get a process of their own.
    isolate: isSlowIncluded,
    maxWorkers: 2,
    // A machine that does other things as well makes a test slow, not wrong.
    testTimeout: isSlowIncluded ? 300_000 : 60_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 30_000 } },
  },
})
