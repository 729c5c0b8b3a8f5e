import { describe, expect, it } from 'vitest'
import { keyOf } from '../../../src/tui/model/key.js'
import { step } from '../../../src/tui/model/step.js'
import type { TopState } from '../../../src/tui/model/top-state.js'
import { VIEW_IDS } from '../../../src/tui/model/view-id.js'
import { shownTable } from '../../../src/tui/views/views.js'
import { fc } from '../../support/fixed-random.js'
import { CONDITIONS, frameText, freshState, press, sampleEvent, stateAfter, typeText } from '../open-top.js'
import { degradedSample, emptySample, healthySample } from '../samples.js'

const KEY_NAMES = [
  ...'123456789jkgGsS/:?n +-wypqtKeCxy0ab>"',
  ...['up', 'down', 'left', 'right', 'pageup', 'pagedown', 'home', 'end', 'enter', 'escape', 'tab', 'backtab'],
  ...['backspace', 'ctrl-u', 'wheel-up', 'wheel-down'],
]

const anyKey = fc.oneof(
  fc.constantFrom(...KEY_NAMES).map(keyOf),
  fc.record({
    name: fc.constant('click'),
    column: fc.integer({ min: 1, max: 130 }),
    row: fc.integer({ min: 1, max: 45 }),
  }),
)

const anyEvent = fc.oneof(
  { weight: 12, arbitrary: anyKey.map((key) => ({ kind: 'key' as const, key })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(healthySample, degradedSample, emptySample), fc.integer({ min: 0, max: 4000 }))
      .map(([make, seconds]) => sampleEvent(make(seconds))),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('resize' as const),
      columns: fc.integer({ min: 1, max: 200 }),
      rows: fc.integer({ min: 1, max: 60 }),
    }),
  },
)

const STARTS: readonly TopState[] = [freshState(), ...Object.values(CONDITIONS).map((open) => open({}))]

describe('random keys', () => {
  it('never throw, keep the selection in range, and Escape always ends at the overview', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STARTS), fc.array(anyEvent, { maxLength: 40 }), (start, events) => {
        let state = start
        for (const event of events) {
          state = step(state, event).state
          const { rows, selectedIndex } = shownTable(state)
          expect(selectedIndex).toBeGreaterThanOrEqual(rows.length === 0 ? -1 : 0)
          expect(selectedIndex).toBeLessThan(Math.max(1, rows.length))
        }
        frameText(state)
        state = press(state, 'escape '.repeat(10)).state
        expect([state.view, state.crumbs.length, state.input]).toEqual(['overview', 0, null])
      }),
      { numRuns: 150 },
    )
  })
})

describe('keys', () => {
  const healthy = CONDITIONS.healthy({})

  it('1 to 9 and Tab go through the views', () => {
    expect(VIEW_IDS.map((_, i) => press(healthy, String(i + 1)).state.view)).toEqual(VIEW_IDS)
    expect(press(healthy, 'tab').state.view).toBe('nodes')
    expect(press(healthy, 'backtab').state.view).toBe('log')
  })

  it('Enter goes deeper, Escape comes back to the row it left', () => {
    const there = press(healthy, '5 down enter').state
    expect(there.crumbs.map(({ id }) => id)).toEqual(['iot-käse'])
    const back = press(there, 'escape').state
    expect(shownTable(back).rows[shownTable(back).selectedIndex].id).toBe('iot-käse')
  })

  it('a selection stays with its row when the order changes', () => {
    const sorted = press(healthy, '5 down s s s s s').state
    expect(shownTable(sorted).rows[shownTable(sorted).selectedIndex].id).toBe('iot-käse')
  })

  it('an opened page asks the server for its details, and again with every sample', () => {
    const opened = press(healthy, '5 enter enter')
    const request = { kind: 'measurements', database: 'telegraf', retentionPolicy: 'autogen' }
    expect(opened.effects).toContainEqual({ kind: 'fetch-detail', request })
    expect(step(opened.state, sampleEvent(healthySample(60))).effects).toEqual([{ kind: 'fetch-detail', request }])
  })

  it('an action needs a second key', () => {
    const asked = press(healthy, '6 K')
    expect(asked.effects).toEqual([])
    expect(press(asked.state, 'escape').effects).toEqual([])
    expect(press(asked.state, 'enter x').effects).toEqual([])
    expect(press(asked.state, 'y').effects).toEqual([{ kind: 'run-action', action: { kind: 'kill-query', id: '17' } }])
  })

  it('--readonly takes every action away', () => {
    const state = CONDITIONS.healthy({ settings: { isReadOnly: true } })
    for (const keys of ['6 K', '7 C', '8 x', ': c o m p a c t enter']) {
      const pressed = press(state, `${keys} y`)
      expect(pressed.state.input).toBeNull()
      expect(pressed.effects.filter(({ kind }) => kind === 'run-action')).toEqual([])
    }
  })

  it('a query that ended while its page was open keeps its text', () => {
    const opened = press(healthy, '6 enter').state
    const later = step(opened, sampleEvent(emptySample(100))).state
    expect(frameText(later)).toContain('mean(usage_idle)')
    expect(frameText(later)).toContain('it has ended')
  })

  it('space holds the picture while samples and charts go on', () => {
    const paused = press(healthy, 'space').state
    const later = step(paused, sampleEvent(healthySample(60))).state
    expect(later.sample).toBe(paused.sample)
    expect(later.history).not.toBe(paused.history)
    expect(press(later, 'space').state.sample?.time).toBe('2026-11-20T03:45:17.000Z')
  })

  it('+ and - change the refresh within its bounds', () => {
    expect(press(healthy, '+').effects).toEqual([{ kind: 'set-refresh', refreshMs: 1000 }])
    expect(press(healthy, '- - - - -').state.settings.refreshMs).toBe(10_000)
    expect(press(healthy, '+ + + + +').state.settings.refreshMs).toBe(500)
  })

  it('n goes to the next thing that needs attention', () => {
    const next = press(CONDITIONS.degraded({}), 'n')
    expect(next.state.notice?.text).toBe(next.state.attention[0].text)
    expect(next.state.view).toBe(next.state.attention[0].view)
  })

  it('a command is completed with Tab and run with Enter', () => {
    const found = press(typeText(press(healthy, ':').state, 'db tel'), 'tab enter').state
    expect([found.view, found.crumbs[0].id]).toEqual(['data', 'telegraf'])
    expect(press(typeText(press(healthy, ':').state, 'set refresh 1s'), 'enter').effects).toEqual([
      { kind: 'set-refresh', refreshMs: 1000 },
    ])
    expect(press(typeText(press(healthy, ':').state, 'nonsense'), 'enter').state.notice?.text).toContain('no command')
  })

  it('a click selects a row, a second one opens it, one on a title sorts, one on a tab shows its view', () => {
    const data = press(healthy, '5').state
    const lines = frameText(data).split('\n')
    const row = lines.findIndex((line) => line.includes('iot-käse')) + 1
    const click = (state: TopState, column: number, line: number) =>
      step(state, { kind: 'key', key: { name: 'click', column, row: line } }).state
    const selected = click(data, 5, row)
    expect(shownTable(selected).selectedIndex).toBe(1)
    expect(click(selected, 5, row).crumbs[0].id).toBe('iot-käse')
    const header = lines.findIndex((line) => line.includes('DATABASE')) + 1
    expect(shownTable(click(data, 4, header)).look.sort?.column).toBe('db')
    expect(click(data, lines[1].indexOf('9 Log') + 1, 2).view).toBe('log')
  })

  it('a password is asked for once, and goes out with Enter', () => {
    const denied = { kind: 'denied', host: 'h', reason: 'authorization failed' } as const
    const asked = step(freshState(), { kind: 'connection', connection: denied, nowMs: 0 }).state
    expect(asked.input?.kind).toBe('password')
    expect(frameText(typeText(asked, 'abc'))).toContain('***')
    expect(press(typeText(asked, 'abc'), 'enter').effects).toEqual([{ kind: 'log-in', password: 'abc' }])
    const again = step(press(asked, 'escape').state, { kind: 'connection', connection: denied, nowMs: 0 }).state
    expect(again.input).toBeNull()
  })
})

describe('samples', () => {
  it('a restart of the server makes a gap, no negative rate', () => {
    const state = stateAfter(healthySample)
    const sample = healthySample(1)
    const restarted = {
      ...sample,
      time: '2026-11-20T03:45:00Z',
      nodes: sample.nodes.map((node) => ({ ...node, startedAt: '2026-11-20T03:44:58Z' })),
    }
    expect(step(state, sampleEvent(restarted)).state.rates?.total.writes).toBeNull()
  })

  it('the state stays small over eight hours', () => {
    let state = freshState()
    const sizeAt = (): number => JSON.stringify(state.history).length + JSON.stringify(state.looks).length
    let afterAnHour = 0
    for (let i = 0; i < 8 * 360; i++) {
      state = step(state, sampleEvent(i % 50 === 0 ? degradedSample(i * 10) : healthySample(i * 10))).state
      if (i === 400) afterAnHour = sizeAt()
    }
    expect(sizeAt()).toBeLessThan(afterAnHour * 1.2)
  })
})
