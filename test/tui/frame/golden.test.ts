/**
 * Every view at three widths in four conditions, as text. `HYPERBYTE_GOLDEN=write npx vitest run test/tui/frame` writes
 * the files anew; the difference is read by a person.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { VIEW_IDS } from '../../../src/tui/model/view-id.js'
import { CONDITIONS, frameText, press, stateAfter } from '../open-top.js'
import { influxdbSample } from '../samples.js'

const SIZES = {
  wide: { columns: 130, rows: 36 },
  'eighty columns': { columns: 80, rows: 24 },
  narrow: { columns: 60, rows: 16 },
}

const isWriting = process.env['HYPERBYTE_GOLDEN'] === 'write'

function check(name: string, text: string): void {
  const file = new URL(`../../golden/top/${name}.txt`, import.meta.url)
  if (isWriting) writeFileSync(file, text)
  expect(text).toBe(readFileSync(file, 'utf8'))
}

function titled(title: string, frame: string): string {
  return `=== ${title}\n${frame}\n`
}

describe('frames', () => {
  for (const view of VIEW_IDS) {
    it(`of ${view} are as they were`, () => {
      const frames: string[] = []
      for (const [sizeName, size] of Object.entries(SIZES)) {
        for (const [condition, open] of Object.entries(CONDITIONS)) {
          frames.push(titled(`${sizeName}, ${condition}`, frameText(open({ ...size, view }))))
        }
      }
      check(view, frames.join(''))
    })
  }

  it('of opened pages, help, questions and the palette are as they were', () => {
    const wide = { columns: 110, rows: 26 }
    const healthy = CONDITIONS.healthy(wide)
    const pages = {
      'node page': press(healthy, 'enter').state,
      'policies of a database': press(healthy, '5 enter').state,
      'running query': press(healthy, '6 enter').state,
      statements: press(healthy, '6 t').state,
      statement: press(healthy, '6 t down enter').state,
      'job page': press(healthy, '8 enter').state,
      'event page': press(healthy, '9 enter').state,
      'question before a query is killed': press(healthy, '6 K').state,
      'question before compaction': press(healthy, '7 C').state,
      help: press(healthy, '6 ?').state,
      'palette with completions': press(healthy, ': d b').state,
      'filter that nothing matches': press(healthy, '5 / z z z').state,
      'sorted by the second column': press(healthy, '5 s s').state,
      paused: press(healthy, 'space').state,
      'link of a cluster': press(CONDITIONS.degraded(wide), '3 down enter').state,
    }
    check(
      'pages',
      Object.entries(pages)
        .map(([title, state]) => titled(title, frameText(state)))
        .join(''),
    )
  })

  it('of an InfluxDB 1.x server say which views there are', () => {
    const frames = VIEW_IDS.map((view) =>
      titled(view, frameText(stateAfter(influxdbSample, { columns: 100, rows: 20, view }))),
    )
    check('influxdb', frames.join(''))
  })
})
