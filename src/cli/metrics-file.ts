/**
 * The outcome of the last backup for Prometheus's textfile collector. The file is replaced as a whole, and a failure
 * keeps the figures of the last success: alerts go by the age of `…_last_success_timestamp_seconds`.
 */

import { readFile, rename, writeFile } from 'node:fs/promises'

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
  } | null
}

const PREFIX = 'hyperbyte_backup_'

const HELP: Readonly<Record<string, string>> = {
  last_attempt_timestamp_seconds: 'When the last backup ended, well or badly.',
  last_exit_code: 'Exit code of the last backup; 0 = success.',
  last_success_timestamp_seconds: 'When the last good backup ended.',
  duration_seconds: 'How long the last good backup took.',
  size_bytes: 'Bytes of everything in the last good set.',
  added_bytes: 'Bytes that the last good backup added to the repository.',
  files: 'Parquet files in the last good set.',
}

export async function writeMetricsFile(file: string, figures: BackupFigures): Promise<void> {
  const label = `{repo=${JSON.stringify(figures.repo)}}`
  const seconds = figures.nowMs / 1000
  const values = await readSuccess(file)
  values.set('last_attempt_timestamp_seconds', String(seconds))
  values.set('last_exit_code', String(figures.exit))
  if (figures.success !== null) {
    const { durationSeconds, sizeBytes, addedBytes, fileCount } = figures.success
    values.set('last_success_timestamp_seconds', String(seconds))
    values.set('duration_seconds', durationSeconds.toFixed(3))
    values.set('size_bytes', String(sizeBytes))
    values.set('added_bytes', String(addedBytes))
    values.set('files', String(fileCount))
  }
  let text = ''
  for (const [name, help] of Object.entries(HELP)) {
    const value = values.get(name)
    if (value === undefined) continue
    text += `# HELP ${PREFIX}${name} ${help}\n# TYPE ${PREFIX}${name} gauge\n${PREFIX}${name}${label} ${value}\n`
  }
  const temporary = `${file}.${process.pid}.tmp`
  await writeFile(temporary, text)
  await rename(temporary, file)
}

async function readSuccess(file: string): Promise<Map<string, string>> {
  const values = new Map<string, string>()
  const text = await readFile(file, 'utf8').catch(() => '')
  for (const [, name, value] of text.matchAll(/^hyperbyte_backup_([a-z_]+)\{.*\} (\S+)$/gm)) values.set(name, value)
  return values
}
