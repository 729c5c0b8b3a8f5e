import { expect, test } from 'vitest'
import { parseMetaCommand } from '../../../src/cli/shell/meta-command.js'

test.each([
  ['', { kind: 'nothing' }],
  ['  EXIT ; ', { kind: 'exit' }],
  ['quit', { kind: 'exit' }],
  ['Settings;', { kind: 'settings' }],
  ['use telegraf', { kind: 'use', database: 'telegraf', retentionPolicy: null }],
  ['use telegraf.autogen;', { kind: 'use', database: 'telegraf', retentionPolicy: 'autogen' }],
  ['USE "my db"."a \\"b\\""', { kind: 'use', database: 'my db', retentionPolicy: 'a "b"' }],
  ['use', { kind: 'mistake', text: 'Could not parse database name from "use".' }],
  ['use a b', { kind: 'mistake', text: 'Could not parse database name from "use a b".' }],
  ['insert cpu,host=a v="x;"', { kind: 'insert', place: null, line: 'cpu,host=a v="x;"' }],
  [
    'insert into autogen cpu v=1',
    { kind: 'insert', place: { database: null, retentionPolicy: 'autogen' }, line: 'cpu v=1' },
  ],
  [
    'INSERT INTO "d b".rp cpu v=1 5',
    { kind: 'insert', place: { database: 'd b', retentionPolicy: 'rp' }, line: 'cpu v=1 5' },
  ],
  ['precision RFC3339', { kind: 'precision', precision: 'rfc3339' }],
  ['precision x', { kind: 'mistake', text: 'Unknown precision "x". Please use rfc3339, h, m, s, ms, u or ns.' }],
  ['format vertical', { kind: 'format', format: 'vertical' }],
  ['consistency quorum', { kind: 'consistency', consistency: 'quorum' }],
  ['chunk size 500', { kind: 'chunk-size', rowCount: 500 }],
  ['chunk size -1', { kind: 'chunk-size', rowCount: 0 }],
  ['chunk size x', { kind: 'mistake', text: 'unable to parse chunk size from "x"' }],
  ['clear', { kind: 'clear-help' }],
  ['clear db', { kind: 'clear', what: 'database' }],
  ['clear retention  policy', { kind: 'clear', what: 'retention-policy' }],
  ['connect db2:8086', { kind: 'connect', host: 'db2:8086' }],
  ['select * from cpu', { kind: 'query', text: 'select * from cpu', isVertical: false }],
  ['select * from cpu\\G', { kind: 'query', text: 'select * from cpu', isVertical: true }],
  ['show databases', { kind: 'query', text: 'show databases', isVertical: false }],
])('%j', (line, expected) => {
  expect(parseMetaCommand(line)).toEqual(expected)
})
