/** Which program this is, for people and for bug reports. */

import { BaseCommand } from '../cli/base-command.js'

/** What /ping and /health say, because clients decide by it. */
const INFLUXDB_API = '1.8.10'

export default class Version extends BaseCommand {
  static override summary = 'Print the version of the program and of what it stands on'
  static override description = `EXIT CODES
  0 always`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run() {
    await this.parse(Version)
    const { duckdbLibrary } = await import('../engine/index.js')
    const { version, platform, arch } = this.config
    const facts = {
      version,
      node: process.version,
      platform,
      arch,
      influxdb_api: INFLUXDB_API,
      duckdb: duckdbLibrary().version(),
    }
    this.log(`hyperbyte ${version}`)
    this.log(`node ${facts.node}, ${platform} ${arch}, DuckDB ${facts.duckdb}, InfluxDB API ${INFLUXDB_API}`)
    return { schema: 'hyperbyte.version/1', ...facts }
  }
}
