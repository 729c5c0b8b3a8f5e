import { expect, test } from 'vitest'
import { parseForm } from '../../../src/daemon/http/parse-target.js'

test('the first value of a name is taken, and a form of endless names is not', () => {
  expect(parseForm('q=a&q=b&db=c+d').get('q')).toBe('a')
  const names = Array.from({ length: 100_000 }, (_, i) => `n${i}=`)
  expect(parseForm(`q=a&${names.join('&')}`).size).toBe(1000)
})
