/** The nine views, in the order of their number keys. */

export const VIEW_IDS = [
  'overview',
  'nodes',
  'replication',
  'raft',
  'data',
  'queries',
  'storage',
  'jobs',
  'log',
] as const

export type ViewId = (typeof VIEW_IDS)[number]

export const VIEW_TITLES: Readonly<Record<ViewId, string>> = {
  overview: 'Overview',
  nodes: 'Nodes',
  replication: 'Replication',
  raft: 'Raft',
  data: 'Data',
  queries: 'Queries',
  storage: 'Storage',
  jobs: 'Jobs',
  log: 'Log',
}

/** What an InfluxDB 1.x server can fill. */
export const INFLUXDB_VIEWS: ReadonlySet<ViewId> = new Set(['overview', 'data', 'queries'])
