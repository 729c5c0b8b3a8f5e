import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Answer } from './harness/answer.js'
import { compareAnswers } from './harness/compare-answers.js'
import { type MarkKind, parseCases } from './harness/parse-cases.js'
import { parseRecording, printRecording } from './harness/recording.js'

describe('case files', () => {
  test('a line is a statement with the parameters in force', () => {
    const file = parseCases('data weather\nwith epoch=s\n\nSELECT a\n  FROM b\n[rp=x] SELECT c\n')
    expect(file.dataSets).toEqual(['weather'])
    expect(file.cases.map((each) => each.title)).toEqual([
      '[db=weather epoch=s] SELECT a\n  FROM b',
      '[db=weather epoch=s rp=x] SELECT c',
    ])
    expect(file.cases[0].steps[0].request).toEqual({
      method: 'POST',
      target: '/query?db=weather&epoch=s',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: null,
      statement: 'SELECT a\n  FROM b',
    })
  })

  test('a write keeps its lines, JSON strings and bytes', () => {
    const [each] = parseCases('write db=d\n| m v=1 1\n|= "a\\u0000"\n|x ff 0a\n').cases
    expect(each.steps[0].request.target).toBe('/write?db=d')
    expect(each.steps[0].request.body).toEqual(Buffer.from('6d20763d3120310a61000aff0a', 'hex'))
  })

  test('a scenario is one case with several steps', () => {
    const [each] = parseCases('scenario it works\nCREATE DATABASE d\nwith db=d\nSELECT a FROM b\nend\n').cases
    expect(each.isScenario).toBe(true)
    expect(each.steps.map((step) => step.key)).toEqual([
      'it works, step 1\nCREATE DATABASE d',
      'it works, step 2\n[db=d] SELECT a FROM b',
    ])
  })

  test('an expected answer needs a mark that says why', () => {
    const [each] = parseCases('@1.8 newer\nGET /x\n> A: b\n< 404 text/plain\n< + allow: GET\n< gone\n').cases
    expect(each.steps[0].expected).toEqual({
      status: 404,
      headers: { 'content-type': 'text/plain', allow: 'GET' },
      body: 'gone\n',
      isBinary: false,
    })
    expect(() => parseCases('GET /x\n< 404\n')).toThrow('belong to a mark')
  })

  test('the same case twice is refused', () => {
    expect(() => parseCases('SELECT a\nSELECT a\n')).toThrow('twice')
  })

  test('every case of the repository is recorded, and nothing else is', () => {
    for (const file of readdirSync('test/conformance/cases')) {
      const { cases } = parseCases(readFileSync(`test/conformance/cases/${file}`, 'utf8'))
      const keys = cases.flatMap((each) => each.steps.map((step) => step.key))
      const recording = parseRecording(readFileSync(`test/conformance/recorded/${file}`, 'utf8'))
      expect([...recording.keys()], file).toEqual(keys)
    }
  })
})

describe('recordings', () => {
  test('any answer survives being written and read', () => {
    const bodies = ['', 'x', 'x\n', '\n', '>> y\n+ z\n\\w\n', 'a\n\nb']
    const recording = new Map<string, Answer>(
      bodies.map((body, index) => [
        `key ${index}\nsecond line`,
        { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8', allow: 'GET' }, body, isBinary: false },
      ]),
    )
    recording.set('bytes', { status: 200, headers: { 'content-type': 'a/b' }, body: '00ff', isBinary: true })
    recording.set('bare', { status: 204, headers: {}, body: '', isBinary: false })
    expect(parseRecording(printRecording(recording))).toEqual(recording)
  })
})

describe('comparison', () => {
  const answer = (body: string): Answer => ({ status: 200, headers: {}, body, isBinary: false })
  const series = (values: string): string =>
    `{"results":[{"series":[{"columns":["time","v"],"values":[${values}]}]}]}\n`
  const compare = (left: string, right: string, kind?: MarkKind) =>
    compareAnswers(answer(left), answer(right), kind === undefined ? [] : [{ kind, reason: 'test' }])

  test('floats may differ in the last digits, integers not at all', () => {
    expect(compare(series('[1,0.30000000000000004]'), series('[1,0.3]'))).toBeNull()
    expect(compare(series('[1,2.0000000000001]'), series('[1,2]'))).toBeNull()
    expect(compare(series('[1,0.30001]'), series('[1,0.3]'))).not.toBeNull()
    expect(compare(series('[1,9007199254740993]'), series('[1,9007199254740992]'))).not.toBeNull()
  })

  test('the smallest differing part is named', () => {
    expect(compare(series('[1,1],[2,2]'), series('[1,1],[2,3]'))).toEqual({
      where: 'results[0].series[0].values[1]',
      expected: '[2,2]',
      actual: '[2,3]',
    })
  })

  test('white space and the order of keys count', () => {
    expect(compare('{"a":1,"b":2}\n', '{"b":2,"a":1}\n')).not.toBeNull()
    expect(compare('{"a":1}\n', '{"a": 1}\n')).not.toBeNull()
    expect(compare('{"a":1}\n', '{"a":1}')).not.toBeNull()
  })

  test('ties lets rows of one time change places, and no others', () => {
    expect(compare(series('[1,1],[1,2],[2,3]'), series('[1,2],[1,1],[2,3]'), 'ties')).toBeNull()
    expect(compare(series('[1,1],[2,3]'), series('[2,3],[1,1]'), 'ties')).not.toBeNull()
    expect(compare(series('[1,1],[2,3]'), series('[2,3],[1,1]'), 'unordered')).toBeNull()
    expect(compare(series('[1,5]'), series('[2,5]'), 'mask-time')).toBeNull()
    expect(compare(series('[1,5]'), series('[2,6]'), 'mask-time')).not.toBeNull()
  })

  test('texts other than JSON are compared line by line', () => {
    expect(compare('name,v\nm,0.30000000000000004\n', 'name,v\nm,0.3\n')).toBeNull()
    expect(compare('name,v\nm,1\n', 'name,v\nm,2\n')).toEqual({ where: 'line 2', expected: 'm,1', actual: 'm,2' })
  })
})
