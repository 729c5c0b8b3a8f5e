import { expect, test } from 'vitest'
import { listAttention } from '../../../src/tui/model/attention.js'
import { healthySample } from '../samples.js'

const HOUR = 3600
const at = (hoursAgo: number): string =>
  new Date(Date.parse(healthySample(0).time) - hoursAgo * HOUR * 1000).toISOString()

test.each([
  ['nobody counts', null, null],
  ['nobody expects', { time: '', isWhole: false, isVerified: false, ageSecondsMax: null }, null],
  ['is recent', { time: at(1), isWhole: true, isVerified: true, ageSecondsMax: 2 * HOUR }, null],
  [
    'is too old',
    { time: at(30), isWhole: true, isVerified: true, ageSecondsMax: 26 * HOUR },
    'last backup 1d06h ago, more than 1d02h',
  ],
  [
    'is only of a part',
    { time: at(1), isWhole: false, isVerified: true, ageSecondsMax: 2 * HOUR },
    'there is no backup of everything',
  ],
  [
    'has never been made',
    { time: '', isWhole: false, isVerified: false, ageSecondsMax: HOUR },
    'there is no backup of everything',
  ],
])('a backup that %s', (_, backup, text) => {
  const items = listAttention({ ...healthySample(0), backup }, null)
  expect(items.filter(({ id }) => id === 'backup').map((item) => item.text)).toEqual(text === null ? [] : [text])
})
