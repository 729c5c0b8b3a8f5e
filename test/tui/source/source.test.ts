import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { toSnakeNames } from '../../../src/client/read-shape.js'
import { readServerSample } from '../../../src/client/server-sample.js'
import { parseGoSeconds, toSample } from '../../../src/tui/source/influxdb-sample.js'
import { Recorder, readRecording } from '../../../src/tui/source/recording.js'
import { degradedSample, healthySample } from '../samples.js'

const folders: string[] = []

function newFile(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-recording-'))
  folders.push(folder)
  return path.join(folder, 'samples.jsonl')
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe('the document of a sample', () => {
  it('is read back as it was', () => {
    for (const sample of [healthySample(0), degradedSample(3)]) {
      expect(readServerSample(JSON.parse(JSON.stringify(toSnakeNames(sample))))).toEqual(sample)
    }
  })

  it('of another version, or of nobody, is read as far as it can be', () => {
    for (const value of [null, 7, 'x', [], {}, { nodes: 'many', raft: 3, queries: [null, 1] }]) {
      const sample = readServerSample(value)
      expect(sample.product).toBe('hyperbyte')
      expect(Array.isArray(sample.nodes)).toBe(true)
    }
    expect(readServerSample({ nodes: [{ state: 'dancing', rss_bytes: 'much' }] }).nodes[0]).toMatchObject({
      state: 'active',
      rssBytes: 0,
    })
  })
})

describe('a recording', () => {
  it('is read back, whole or cut short', async () => {
    const file = newFile()
    const recorder = new Recorder(file)
    recorder.record(healthySample(2))
    recorder.record(healthySample(0))
    await recorder.close()
    expect(readRecording(file)).toEqual([healthySample(0), healthySample(2)])
    writeFileSync(file, '{"schema":"hyperbyte.sam', { flag: 'a' })
    expect(readRecording(file).length).toBe(2)
  })

  it('that cannot be written is a failure at the end too', async () => {
    const recorder = new Recorder(path.join(newFile(), 'no', 'folder'))
    recorder.record(healthySample(0))
    await expect(recorder.close()).rejects.toThrow('ENOENT')
  })
})

describe('an InfluxDB 1.x server', () => {
  const variables = {
    system: { uptime: 71, started: '2026-11-20T03:00:00Z' },
    memstats: { Sys: 100, HeapAlloc: 10, HeapSys: 20 },
    'database:legacy': { name: 'database', tags: { database: 'legacy' }, values: { numSeries: 2, numMeasurements: 1 } },
    'shard:/d/1': { name: 'shard', tags: { database: 'legacy' }, values: { diskBytes: 900, writePointsOk: 5 } },
    'shard:/d/2': { name: 'shard', tags: { database: 'other' }, values: { diskBytes: 1 } },
    'httpd::8086': { name: 'httpd', tags: {}, values: { req: 9, writeReq: 4, pointsWrittenOK: 5, clientError: 1 } },
  }

  it('gives what /debug/vars and SHOW QUERIES have', () => {
    const queries = [{ qid: 7n, query: 'SHOW QUERIES', database: '', duration: '1m2.5s', status: 'running' }]
    const sample = toSample(variables, { version: '1.8.10', host: 'http://db1:8086', queries, nowMs: 0 })
    expect(sample).toMatchObject({ product: 'influxdb', version: '1.8.10' })
    expect(sample.nodes[0]).toMatchObject({ id: 'db1:8086', uptimeSeconds: 71, rssBytes: 100, seriesCount: 2 })
    expect(sample.nodes[0].http).toMatchObject({ requestCount: 9, writeCount: 4, pointCount: 5, clientErrorCount: 1 })
    expect(sample.databases[0]).toMatchObject({ name: 'legacy', seriesCount: 2, pointCount: 5, fileBytes: 900 })
    expect(sample.queries[0]).toMatchObject({ id: '7', ageSeconds: 62.5 })
  })

  it('durations of Go are seconds', () => {
    expect(['1h2m3s', '812ms', '12µs', '4us', '0s', ''].map(parseGoSeconds)).toEqual([3723, 0.812, 12e-6, 4e-6, 0, 0])
  })
})
