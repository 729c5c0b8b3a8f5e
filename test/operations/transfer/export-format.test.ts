import { expect, test } from 'vitest'
import { type ExportTable, FORMATTERS } from '../../../src/operations/transfer/export-format.js'
import { MIXED } from '../../client/point-columns.js'

const TABLE: ExportTable = {
  database: 'db',
  retentionPolicy: 'rp',
  measurement: 'm, x',
  tagKeys: ['host', 'ünit'],
  fields: ['f', 'i', 'u', 'b', 's t', 'host'],
  isMeasurementNamed: false,
}

test('line protocol says where it belongs, in words that are comments elsewhere', () => {
  const { heading, format } = FORMATTERS.line(TABLE)
  expect(heading).toBe('# DML\n# CONTEXT-DATABASE: db\n# CONTEXT-RETENTION-POLICY: rp\n')
  expect(format(MIXED).text.split('\n')[0]).toMatch(/^m\\,\\ x,host=a\\ b/)
})

test.each(['db\n# CONTEXT-DATABASE: other', ' db', 'db\t'])(
  'a directive does not name another database than %j',
  (database) => {
    expect(FORMATTERS.line({ ...TABLE, database }).heading).toBe('')
  },
)

test('CSV has a column for every tag and field; an empty text is not no value', () => {
  const { heading, format } = FORMATTERS.csv(TABLE)
  expect(heading).toBe('time,host_tag,ünit,f,i,u,b,s t,host\n')
  expect(format(MIXED).text).toBe(
    '-5,a b,"x=y,z",-0,-9223372036854775808,18446744073709551615,true,"say ""hi""\\",\n' +
      '1700000000123456789,a b,"x=y,z",1e+300,,7,false,,\n' +
      '9223372036854775806,,,0.1,9223372036854775807,,true,"zwei\nZeilen",\n',
  )
})

test('JSON lines are flat, with integers of any size whole', () => {
  const [line] = FORMATTERS.jsonl({ ...TABLE, isMeasurementNamed: true })
    .format(MIXED)
    .text.split('\n')
  expect(line).toBe(
    '{"measurement":"m, x","time":-5,"host_tag":"a b","ünit":"x=y,z","f":-0,"i":-9223372036854775808,"u":18446744073709551615,"b":true,"s t":"say \\"hi\\"\\\\"}',
  )
})

test('no two columns have one name, whatever tags and fields are called', () => {
  const table = { ...TABLE, tagKeys: ['v', 'v_tag', 'time'], fields: ['v', 'time_tag'] }
  expect(FORMATTERS.csv(table).heading).toBe('time,v_tag_tag,v_tag,time_tag_tag,v,time_tag\n')
  const series = [[['v', 'a'] as const, ['v_tag', 'b'] as const]]
  const fields = [{ name: 'v', type: 'float', values: Float64Array.of(1), validity: null } as const]
  const points = { measurement: 'm', series, seriesOfRow: null, rowCount: 1, timestamps: BigInt64Array.of(1n), fields }
  expect(FORMATTERS.jsonl(table).format(points).text).toBe('{"time":1,"v_tag_tag":"a","v_tag":"b","v":1}\n')
})
