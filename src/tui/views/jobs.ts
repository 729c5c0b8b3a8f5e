/** View 8: backups, restores, backfills, compactions: how far, how fast, how long still, what went wrong. */

import type { JobSample } from '../../client/server-sample.js'
import {
  flexibleColumn,
  numberCell,
  numberColumn,
  type Row,
  shownCell,
  type Table,
  textCell,
  textColumn,
  textTable,
} from '../model/table.js'
import { type Confirmation, crumbOf, type TopState } from '../model/top-state.js'
import { bar } from '../text/sparkline.js'
import { markedState, markOf } from '../text/state-mark.js'
import { formatBytes, formatClock, formatShare, formatSpan, UNKNOWN } from '../text/units.js'
import { NO_PANELS, type View } from './view.js'

const BAR_WIDTH = 12

export const jobsView: View = {
  table: (state) => {
    const crumb = crumbOf(state, 'job')
    return crumb === undefined ? jobTable(state) : jobPage(state, crumb.id)
  },
  above: NO_PANELS,
  below: NO_PANELS,
  open: (state, row) =>
    state.crumbs.length === 0 ? { kind: 'job', id: row.id, title: `job ${row.id}`, text: '' } : null,
  detail: () => null,
  actions: [{ key: 'x', title: 'cancel job', prepare: prepareCancel }],
}

function jobTable(state: TopState): Table {
  return {
    columns: [
      numberColumn('id', 'ID', 5, 5),
      textColumn('kind', 'KIND', 11),
      textColumn('state', 'STATE', 11),
      textColumn('progress', 'PROGRESS', BAR_WIDTH + 5, 1),
      numberColumn('done', 'DONE', 8, 4),
      numberColumn('rate', 'RATE/s', 8, 6),
      numberColumn('eta', 'ETA', 7, 3),
      numberColumn('took', 'TOOK', 7, 2),
      textColumn('started', 'STARTED', 8, 7),
      flexibleColumn('text', 'WHAT', 16),
    ],
    rows: [...(state.sample?.jobs ?? [])].reverse().map((job) => ({ id: job.id, cells: jobCells(job, state) })),
    emptyText: 'no job has run since the start',
    isText: false,
  }
}

function jobCells(job: JobSample, { settings, sample }: TopState): Row['cells'] {
  const seconds = secondsOf(job, sample?.time ?? '')
  const isRunning = job.state === 'running'
  return {
    id: shownCell(job.id, Number(job.id)),
    kind: textCell(job.kind),
    state: { text: markedState(job.state), value: job.state, tone: markOf(job.state).tone },
    progress: {
      text: job.progress === null ? UNKNOWN : progressText(job.progress, settings.charts),
      value: job.progress,
      tone: isRunning ? 'accent' : 'dim',
    },
    done: numberCell(job.doneBytes === 0 ? null : job.doneBytes, formatBytes),
    rate: numberCell(isRunning && seconds > 0 ? job.doneBytes / seconds : null, formatBytes),
    eta: numberCell(isRunning ? job.etaSeconds : null, formatSpan),
    took: numberCell(seconds, formatSpan),
    started: shownCell(formatClock(job.startedAt), job.startedAt),
    text: textCell(job.message === '' ? job.title : `${job.title}: ${job.message}`),
  }
}

function progressText(progress: number, charts: TopState['settings']['charts']): string {
  return `${formatShare(progress).padStart(4)} ${bar(progress, BAR_WIDTH, charts)}`
}

function secondsOf({ startedAt, endedAt }: JobSample, now: string): number {
  const seconds = (Date.parse(endedAt === '' ? now : endedAt) - Date.parse(startedAt)) / 1000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0
}

function jobPage({ sample }: TopState, id: string): Table {
  const job = sample?.jobs.find((each) => each.id === id)
  if (job === undefined) return textTable([], `job ${id} is no longer listed`)
  const events = (sample?.events ?? []).filter(({ text }) => text.includes(job.title))
  return textTable([
    ` ${job.kind}   ${job.title}`,
    ` state      ${markedState(job.state)}`,
    ` progress   ${formatShare(job.progress)}, ${formatBytes(job.doneBytes)} of ${formatBytes(job.totalBytes)}`,
    ` started    ${job.startedAt}`,
    ` ended      ${job.endedAt === '' ? UNKNOWN : job.endedAt}`,
    ` message    ${job.message === '' ? UNKNOWN : job.message}`,
    '',
    ...events.map(({ time, text }) => ` ${formatClock(time)}  ${text}`),
  ])
}

function prepareCancel({ crumbs, sample }: TopState, row: Row | null): Confirmation | null {
  const id = crumbs.at(-1)?.id ?? row?.id
  const job = sample?.jobs.find((each) => each.id === id)
  if (job === undefined || (job.state !== 'running' && job.state !== 'waiting')) return null
  return {
    title: `cancel job ${job.id}?`,
    lines: [`${job.kind} ${job.title}`],
    action: { kind: 'cancel-job', id: job.id },
  }
}
