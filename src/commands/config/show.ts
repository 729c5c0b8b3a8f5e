/** What the daemon would run with, and where each value comes from. */

import { Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { configFlags, readConfigFromFlags } from '../../cli/config-flags.js'

export default class ConfigShow extends BaseCommand {
  static override summary = 'Print the configuration that `serve` would use'
  static override description =
    `Reads the same files, environment variables and flags as \`serve\`. The output is a configuration file. Secrets are left out.

EXIT CODES
  0 done   2 the configuration has faults`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --origin',
    '<%= config.bin %> <%= command.id %> --defaults > hyperbyte.toml',
  ]
  static override flags = {
    ...configFlags,
    origin: Flags.boolean({ summary: 'Say where each value comes from.' }),
    redact: Flags.boolean({ default: true, allowNo: true, summary: 'Print secrets as "(hidden)".' }),
    defaults: Flags.boolean({ summary: 'Print every option with its explanation and default instead.' }),
  }

  async run() {
    const { flags } = await this.parse(ConfigShow)
    const render = await import('../../daemon/config/render-config.js')
    if (flags.defaults) {
      const { thisMachine } = await import('../../daemon/config/read-config.js')
      const machine = thisMachine()
      this.log(render.renderDefaults(machine))
      return render.defaultsDocument(machine)
    }
    const config = await readConfigFromFlags(flags)
    for (const warning of config.warnings) this.trouble(`warning: ${warning}`)
    this.log(render.renderConfig(config, { isOriginShown: flags.origin, areSecretsShown: !flags.redact }))
    return render.configDocument(config, !flags.redact)
  }
}
