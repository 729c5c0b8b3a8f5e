import { expect, test } from 'vitest'
import { type BackfillPlan, parsePlan, planDocument } from '../../../src/operations/backfill/backfill-plan.js'

const PLAN: BackfillPlan = {
  source: { url: 'http://old:8086', version: '1.8.10', database: 'tele_graf' },
  plannedAt: '2026-11-20T03:44:17.000Z',
  policies: [
    {
      name: 'auto_gen',
      duration: '0s',
      shardGroupDuration: '168h0m0s',
      isDefault: true,
      ranges: [{ startNs: '-5', endNs: '9223372036854775807' }],
    },
  ],
  measurements: [
    { retentionPolicy: 'auto_gen', name: 'c_pu', tagKeys: ['ho_st'], fields: [{ name: 'v_1', types: ['float'] }] },
  ],
  wantedMeasurements: ['c_pu'],
  continuousQueries: [{ name: 'c_q', text: 'CREATE CONTINUOUS QUERY …' }],
  users: [{ name: 'a_da', isAdmin: false, privilege: 'READ' }],
  subscriptions: [],
  warnings: [],
  estimatedPointCount: null,
}

test('a plan that was kept is read as it was, names of the database untouched', () => {
  const document = planDocument(PLAN)
  expect(document).toMatchObject({
    schema: 'hyperbyte.backfill.plan/2',
    planned_at: PLAN.plannedAt,
    policies: [{ name: 'auto_gen', shard_group_duration: '168h0m0s', ranges: [{ start_ns: '-5' }] }],
    measurements: [{ retention_policy: 'auto_gen', tag_keys: ['ho_st'] }],
  })
  expect(parsePlan(JSON.stringify(document))).toEqual(PLAN)
})

test('a plan of the form before is read too', () => {
  expect(parsePlan(JSON.stringify({ schema: 'hyperbyte.backfill.plan/1', ...PLAN }))).toEqual(PLAN)
})

test.each(['{"schema":"hyperbyte.backfill.plan/3"}', '{}', '[]', 'null', '1', '{"schema":"hyperbyte.backup.list/2"}'])(
  '%s is no plan, and that is told',
  (text) => {
    expect(() => parsePlan(text)).toThrow(/its schema is .*, not hyperbyte.backfill.plan\/2/)
  },
)
