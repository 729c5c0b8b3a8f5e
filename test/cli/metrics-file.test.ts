import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type BackupFigures, writeMetricsFile } from '../../src/cli/metrics-file.js'

let folder: string
let file: string

const SUCCESS = {
  durationSeconds: 14.25,
  sizeBytes: 227_633_266_688,
  addedBytes: 2_072_321_229,
  fileCount: 4211,
  setTimeMs: Date.parse('2026-11-20T03:44:17.000000000Z'),
  isFull: true,
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hyperbyte-metrics-'))
  file = path.join(folder, 'hyperbyte.prom')
})

afterEach(() => rm(folder, { recursive: true }))

async function write(nowMs: number, success: BackupFigures['success'], repo = '/backup/hb'): Promise<string[]> {
  await writeMetricsFile(file, { repo, exit: success === null ? 9 : 0, nowMs, success })
  const text = await readFile(file, 'utf8')
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

test('a success tells when, how long, how large', async () => {
  expect(await write(1000, SUCCESS)).toEqual([
    'hyperbyte_backup_last_attempt_timestamp_seconds{repo="/backup/hb"} 1.000',
    'hyperbyte_backup_last_exit_code{repo="/backup/hb"} 0',
    'hyperbyte_backup_last_success_timestamp_seconds{repo="/backup/hb"} 1.000',
    'hyperbyte_backup_last_full_timestamp_seconds{repo="/backup/hb"} 1.000',
    'hyperbyte_backup_last_set_timestamp_seconds{repo="/backup/hb"} 1795146257.000',
    'hyperbyte_backup_duration_seconds{repo="/backup/hb"} 14.250',
    'hyperbyte_backup_size_bytes{repo="/backup/hb"} 227633266688',
    'hyperbyte_backup_added_bytes{repo="/backup/hb"} 2072321229',
    'hyperbyte_backup_files{repo="/backup/hb"} 4211',
  ])
})

test('a failure keeps the figures of the last success, and the next success those of the failure', async () => {
  await write(1000, SUCCESS)
  const failed = await write(2000, null)
  expect(failed).toContain('hyperbyte_backup_last_exit_code{repo="/backup/hb"} 9')
  expect(failed).toContain('hyperbyte_backup_last_success_timestamp_seconds{repo="/backup/hb"} 1.000')
  expect(failed).toContain('hyperbyte_backup_last_failure_timestamp_seconds{repo="/backup/hb"} 2.000')
  const again = await write(3000, { ...SUCCESS, isFull: false })
  expect(again).toContain('hyperbyte_backup_last_success_timestamp_seconds{repo="/backup/hb"} 3.000')
  expect(again).toContain('hyperbyte_backup_last_full_timestamp_seconds{repo="/backup/hb"} 1.000')
  expect(again).toContain('hyperbyte_backup_last_failure_timestamp_seconds{repo="/backup/hb"} 2.000')
})

test('every metric has one line of help and one of type before its value', async () => {
  await write(1000, SUCCESS)
  await write(2000, null, 'C:\\backup "x"')
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  expect(lines.length % 3).toBe(0)
  for (let i = 0; i < lines.length; i += 3) {
    const name = /^# HELP (hyperbyte_backup_[a-z_]+) [A-Z].*\.$/.exec(lines[i])?.[1]
    expect(lines[i + 1]).toBe(`# TYPE ${name} gauge`)
    expect(lines[i + 2]).toMatch(new RegExp(`^${name}\\{repo="C:\\\\\\\\backup \\\\"x\\\\""\\} [0-9.]+$`))
  }
})

test('figures of another repository, and what is no figure, are dropped', async () => {
  await write(1000, SUCCESS)
  expect((await write(2000, null, '/other')).join()).not.toContain('success')
  await writeFile(file, 'hyperbyte_backup_size_bytes{repo="/other"} x\n\0\0')
  expect(await write(2000, null, '/other')).toHaveLength(3)
})

test('the file is replaced as a whole, and nothing else is left', async () => {
  await write(1000, SUCCESS)
  expect(await readdir(folder)).toEqual(['hyperbyte.prom'])
  await expect(
    writeMetricsFile(path.join(folder, 'none', 'x.prom'), { repo: 'r', exit: 0, nowMs: 1, success: null }),
  ).rejects.toThrow('ENOENT')
})
