import { expect, test } from 'vitest'
import { quoteName, quoteText } from '../../src/client/quote-influxql.js'
import { parseQuery } from '../../src/engine/index.js'
import { fc } from '../support/fixed-random.js'

// InfluxQL has no way to write a zero byte into a name.
const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((each) => !each.includes('\0'))

test('whatever is quoted comes back from the parser as it was', () => {
  fc.assert(
    fc.property(text, text, (name, password) => {
      const [statement] = parseQuery(`CREATE USER ${quoteName(name)} WITH PASSWORD ${quoteText(password)}`, null)
      expect(statement).toMatchObject({ name, password })
    }),
  )
})
