/** View 5: databases → policies → measurements → fields and tags → the most frequent values of a tag. */

import type { DatabaseSample, MeasurementSample, PolicySample } from '../../client/server-sample.js'
import {
  type Cell,
  type Column,
  flexibleColumn,
  numberCell,
  numberColumn,
  type Row,
  shownCell,
  type Table,
  textCell,
  textColumn,
} from '../model/table.js'
import {
  type Crumb,
  crumbOf,
  type DetailAnswer,
  type DetailRequest,
  detailKey,
  type TopState,
} from '../model/top-state.js'
import { formatBytes, formatCount, formatMinute, formatRate, formatSpan } from '../text/units.js'
import { NO_PANELS, type View } from './view.js'

export const dataView: View = {
  table: (state) => {
    if (crumbOf(state, 'tag') !== undefined) return valueTable(state)
    if (crumbOf(state, 'measurement') !== undefined) return columnTable(state)
    if (crumbOf(state, 'policy') !== undefined) return measurementTable(state)
    if (crumbOf(state, 'database') !== undefined) return policyTable(state)
    return databaseTable(state)
  },
  above: NO_PANELS,
  below: NO_PANELS,
  open: openRow,
  detail: detailOf,
  actions: [],
}

const LEVELS = ['database', 'policy', 'measurement', 'tag'] as const

function openRow(state: TopState, row: Row): Crumb | null {
  if (state.sample?.product === 'influxdb') return null
  const kind = LEVELS[state.crumbs.length]
  if (kind === undefined || (kind === 'tag' && row.cells['kind']?.value !== 'tag')) return null
  const name = kind === 'tag' ? String(row.cells['name'].value) : row.id
  return { kind, id: name, title: name, text: '' }
}

function detailOf(state: TopState): DetailRequest | null {
  const database = crumbOf(state, 'database')?.id ?? ''
  const measurement = crumbOf(state, 'measurement')?.id
  if (measurement !== undefined) return { kind: 'columns', database, measurement }
  const retentionPolicy = crumbOf(state, 'policy')?.id
  return retentionPolicy === undefined ? null : { kind: 'measurements', database, retentionPolicy }
}

function answerOf(state: TopState): DetailAnswer | undefined {
  const request = detailOf(state)
  return request === null ? undefined : state.details[detailKey(request)]
}

function emptyTextOf(answer: DetailAnswer | undefined, emptyText: string): string {
  if (answer === undefined) return 'asking the server…'
  return answer.kind === 'failed' ? answer.reason : emptyText
}

const STORED_COLUMNS: readonly Column[] = [
  numberColumn('files', 'FILES', 6, 5),
  numberColumn('bytes', 'BYTES', 8),
  numberColumn('rows', 'ROWS', 7, 3),
  numberColumn('density', 'B/ROW', 6, 7),
  textColumn('oldest', 'OLDEST', 16, 8),
  textColumn('newest', 'NEWEST', 16, 6),
]

type Stored = Pick<DatabaseSample, 'fileCount' | 'fileBytes' | 'rowCount' | 'oldestTime' | 'newestTime'>

function storedCells(stored: Stored, isKnown: boolean): Record<string, Cell> {
  const known = (value: number) => (isKnown ? value : null)
  const density = stored.rowCount === 0 ? null : stored.fileBytes / stored.rowCount
  return {
    files: numberCell(known(stored.fileCount), formatCount),
    bytes: numberCell(known(stored.fileBytes), formatBytes),
    rows: numberCell(known(stored.rowCount), formatCount),
    density: numberCell(density, formatRate),
    oldest: shownCell(formatMinute(stored.oldestTime), stored.oldestTime),
    newest: shownCell(formatMinute(stored.newestTime), stored.newestTime),
  }
}

function databaseTable({ sample, rates }: TopState): Table {
  const isKnown = sample?.product !== 'influxdb'
  return {
    columns: [
      flexibleColumn('db', 'DATABASE', 12),
      numberColumn('points', 'POINTS/s', 8),
      numberColumn('series', 'SERIES', 7),
      numberColumn('measurements', 'MEASUREM.', 9, 9),
      numberColumn('growth', 'GROWTH/d', 9, 4),
      ...STORED_COLUMNS,
    ],
    rows: (sample?.databases ?? []).map((database) => ({
      id: database.name,
      cells: {
        db: textCell(database.name, 'bold'),
        points: numberCell(rates?.databases.get(database.name) ?? null, formatRate),
        series: numberCell(database.seriesCount, formatCount),
        measurements: numberCell(database.measurementCount, formatCount),
        growth: growthCell(database),
        ...storedCells(database, isKnown),
      },
    })),
    emptyText: 'no database yet: CREATE DATABASE makes one',
    isText: false,
  }
}

/** Until a day is over, what it comes to in a day. */
function growthCell({ growthBytes, growthSeconds }: DatabaseSample): Cell {
  const perDay = growthBytes === null || growthSeconds === 0 ? null : (growthBytes / growthSeconds) * 86_400
  return numberCell(perDay, formatBytes)
}

function policyTable(state: TopState): Table {
  const name = crumbOf(state, 'database')?.id
  const policies = state.sample?.databases.find((database) => database.name === name)?.policies ?? []
  return {
    columns: [
      flexibleColumn('policy', 'POLICY', 12),
      textColumn('default', 'DEFAULT', 7, 9),
      numberColumn('duration', 'KEEPS', 8),
      numberColumn('shard', 'SHARD', 8, 4),
      ...STORED_COLUMNS,
    ],
    rows: policies.map((policy) => ({ id: policy.name, cells: policyCells(policy) })),
    emptyText: 'the database is gone',
    isText: false,
  }
}

function policyCells(policy: PolicySample): Record<string, Cell> {
  return {
    policy: textCell(policy.name, 'bold'),
    default: textCell(policy.isDefault ? 'yes' : 'no'),
    duration: numberCell(policy.durationSeconds, (seconds) => (seconds === 0 ? 'for ever' : formatSpan(seconds))),
    shard: numberCell(policy.shardGroupSeconds, formatSpan),
    ...storedCells(policy, true),
  }
}

function measurementTable(state: TopState): Table {
  const answer = answerOf(state)
  const measurements = answer?.kind === 'measurements' ? answer.list.measurements : []
  return {
    columns: [flexibleColumn('measurement', 'MEASUREMENT', 12), numberColumn('series', 'SERIES', 7), ...STORED_COLUMNS],
    rows: measurements.map((measurement) => ({ id: measurement.name, cells: measurementCells(measurement) })),
    emptyText: emptyTextOf(answer, 'nothing has been written here'),
    isText: false,
  }
}

function measurementCells(measurement: MeasurementSample): Record<string, Cell> {
  return {
    measurement: textCell(measurement.name, 'bold'),
    series: numberCell(measurement.seriesCount, formatCount),
    ...storedCells(measurement, true),
  }
}

function columnTable(state: TopState): Table {
  const answer = answerOf(state)
  const { tags, fields } = answer?.kind === 'columns' ? answer.list : { tags: [], fields: [] }
  return {
    columns: [
      flexibleColumn('name', 'NAME', 12),
      textColumn('kind', 'KIND', 6),
      textColumn('type', 'TYPE', 24, 3),
      numberColumn('values', 'VALUES', 8),
    ],
    rows: [
      ...tags.map(({ name, valueCount }) => ({
        id: `tag ${name}`,
        cells: {
          name: textCell(name, 'bold'),
          kind: textCell('tag', 'accent'),
          type: textCell('string'),
          values: numberCell(valueCount, formatCount),
        },
      })),
      ...fields.map(({ name, types }) => ({
        id: `field ${name}`,
        cells: {
          name: textCell(name),
          kind: textCell('field'),
          type: textCell(types.join(', ')),
          values: numberCell(null, formatCount),
        },
      })),
    ],
    emptyText: emptyTextOf(answer, 'the measurement is gone'),
    isText: false,
  }
}

function valueTable(state: TopState): Table {
  const answer = answerOf(state)
  const tag = crumbOf(state, 'tag')?.id
  const values = answer?.kind === 'columns' ? (answer.list.tags.find(({ name }) => name === tag)?.values ?? []) : []
  return {
    columns: [flexibleColumn('value', 'VALUE (most series first)', 12), numberColumn('series', 'SERIES', 9)],
    rows: values.map(({ value, seriesCount }) => ({
      id: value,
      cells: { value: textCell(value), series: numberCell(seriesCount, formatCount) },
    })),
    emptyText: emptyTextOf(answer, 'no values'),
    isText: false,
  }
}
