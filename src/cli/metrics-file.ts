/**
 * The outcome of the last backup for Prometheus's textfile collector. The file is replaced as a whole, and a failure
 * keeps the figures of the last success: alerts go by the age of `…_last_success_timestamp_seconds`. One file is for one
 * repository; figures of another one that it held are dropped.
 */

import { readFile, rename, rm, writeFile } from 'node:fs/promises'

export interface BackupFigures {
  readonly repo: string
  readonly exit: number
  readonly nowMs: number
  /** Of a success. */
  readonly success: {
    readonly durationSeconds: number
    readonly sizeBytes: number
    readonly addedBytes: number
    readonly fileCount: number
    /** The moment whose data the set is. */
    readonly setTimeMs: number
    readonly isFull: boolean
  } | null
}

const PREFIX = 'hyperbyte_backup_'

const HELP: Readonly<Record<string, string>> = {
  last_attempt_timestamp_seconds: 'When the last backup ended, well or badly.',
  last_exit_code: 'Exit code of the last backup; 0 = success.',
  last_success_timestamp_seconds: 'When the last good backup ended.',
  last_full_timestamp_seconds: 'When the last good full backup ended.',
  last_failure_timestamp_seconds: 'When the last backup that failed ended.',
  last_set_timestamp_seconds: 'The moment whose data the last good set is.',
  duration_seconds: 'How long the last good backup took.',
  size_bytes: 'Bytes of everything in the last good set.',
  added_bytes: 'Bytes that the last good backup added to the repository.',
  files: 'Parquet files in the last good set.',
}

export async function writeMetricsFile(file: string, figures: BackupFigures): Promise<void> {
  const seconds = (figures.nowMs / 1000).toFixed(3)
  const values = await readEarlier(file, figures.repo)
  values.set('last_attempt_timestamp_seconds', seconds)
  values.set('last_exit_code', String(figures.exit))
  if (figures.success === null) values.set('last_failure_timestamp_seconds', seconds)
  else {
    const { durationSeconds, sizeBytes, addedBytes, fileCount, setTimeMs, isFull } = figures.success
    values.set('last_success_timestamp_seconds', seconds)
    if (isFull) values.set('last_full_timestamp_seconds', seconds)
    values.set('last_set_timestamp_seconds', (setTimeMs / 1000).toFixed(3))
    values.set('duration_seconds', durationSeconds.toFixed(3))
    values.set('size_bytes', String(sizeBytes))
    values.set('added_bytes', String(addedBytes))
    values.set('files', String(fileCount))
  }
  let text = ''
  for (const [name, help] of Object.entries(HELP)) {
    const value = values.get(name)
    if (value === undefined) continue
    text += `# HELP ${PREFIX}${name} ${help}\n# TYPE ${PREFIX}${name} gauge\n${seriesOf(name, figures.repo)} ${value}\n`
  }
  // The collector reads *.prom only.
  const temporary = `${file}.${process.pid}.tmp`
  try {
    await writeFile(temporary, text)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

function seriesOf(name: string, repo: string): string {
  const escaped = repo.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')
  return `${PREFIX}${name}{repo="${escaped}"}`
}

async function readEarlier(file: string, repo: string): Promise<Map<string, string>> {
  const values = new Map<string, string>()
  const text = await readFile(file, 'utf8').catch(() => '')
  for (const name of Object.keys(HELP)) {
    const start = `\n${seriesOf(name, repo)} `
    const at = text.indexOf(start)
    if (at < 0) continue
    const value = text.slice(at + start.length, text.indexOf('\n', at + 1))
    if (Number.isFinite(Number(value)) && value !== '') values.set(name, value)
  }
  return values
}
