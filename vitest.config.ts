import { defineConfig } from 'vitest/config'

// Fast tests are *.test.ts. Tests that start processes, wait for an influxd or take seconds are *.slow.test.ts
// and run only in `npm test`.
const isSlowIncluded = process.env['HYPERBYTE_TEST'] === 'all'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: isSlowIncluded ? [] : ['test/**/*.slow.test.ts'],
    pool: 'forks',
    testTimeout: isSlowIncluded ? 120_000 : 15_000,
    hookTimeout: 120_000,
  },
})
