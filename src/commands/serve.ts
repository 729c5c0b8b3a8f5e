/** The daemon. Stays in the foreground, logs to stderr, ends with 0 after SIGTERM or Ctrl-C. */

import { Flags } from '@oclif/core'
import { isColorWanted } from '../cli/color.js'
import { configFlags, readConfigFromFlags } from '../cli/config-flags.js'
import { RootCommand } from '../cli/root-command.js'

export default class Serve extends RootCommand {
  static override summary = 'Run the database server'
  static override description = `Listens on 127.0.0.1:8086 and keeps its data in ./hyperbyte-data unless told otherwise.

SIGTERM and Ctrl-C stop it in order; a second one stops it at once. SIGHUP reads options of scope reload again.

EXIT CODES
  0 stopped in order   1 failed   2 wrong flag or configuration   9 another process holds the data directory
  11 disk full`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --dev',
    '<%= config.bin %> <%= command.id %> --data-dir /var/lib/hyperbyte --bind 127.0.0.1:8086',
    '<%= config.bin %> <%= command.id %> --config /etc/hyperbyte/hyperbyte.toml --check',
  ]
  static override flags = {
    ...configFlags,
    dev: Flags.boolean({
      exclusive: ['data-dir'],
      summary: 'Try things out: an empty data directory that is removed on exit, databases created by writes.',
    }),
    check: Flags.boolean({ summary: 'Check the configuration and exit.' }),
  }

  async run() {
    const { flags } = await this.parse(Serve)
    const loadConfig = () => readConfigFromFlags(flags)
    const config = await loadConfig()
    if (flags.check) {
      for (const warning of config.warnings) this.trouble(`warning: ${warning}`)
      this.log('configuration ok')
      return { schema: 'hyperbyte.serve.check/1', warnings: config.warnings }
    }
    const { runDaemon } = await import('../daemon/run-daemon.js')
    const { loadDaemonParts } = await import('../daemon/daemon-parts.js')
    const isTerminal = process.stderr.isTTY === true
    await runDaemon(
      config,
      {
        version: this.config.version,
        isDev: flags.dev,
        isTerminal,
        isColored: isColorWanted({ isTerminal, environment: process.env }),
        reloadConfig: loadConfig,
      },
      await loadDaemonParts(),
    )
    return undefined
  }
}
