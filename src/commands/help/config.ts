/** Where settings come from, and which of them wins. */

import { BaseCommand } from '../../cli/base-command.js'

const LAYERS = [
  ['flag', 'a flag of the command'],
  [
    'environment',
    'HYPERBYTE_SECTION_KEY or HYPERBYTEDB__SECTION__KEY; for connections INFLUX_HOST, INFLUX_USERNAME, INFLUX_PASSWORD too',
  ],
  ['secret file', 'a file named by HYPERBYTE_SECTION_KEY_FILE, for secrets'],
  ['profile', '[profile.NAME.section] of the files below, with --profile NAME or HYPERBYTE_PROFILE'],
  ['file', '--config FILE or HYPERBYTE_CONFIG, else ./hyperbyte.toml'],
  ['user file', '~/.config/hyperbyte/config.toml'],
  ['system file', '/etc/hyperbyte/hyperbyte.toml'],
  ['default', 'hyperbyte config show --defaults'],
] as const

const EXAMPLE = `For example, a profile for commands that talk to a server:

  [profile.production.connection]
  host = "https://db.example.com:8086"
  username = "reader"
  password-file = "/run/secrets/hyperbyte"

  $ hyperbyte query --profile production -e 'SHOW DATABASES'

What wins, and where it comes from:       $ hyperbyte config show --origin
A file with every option to start from:   $ hyperbyte config init
Every fault of a file at once:            $ hyperbyte config check FILE`

export default class HelpConfig extends BaseCommand {
  static override summary = 'Say where settings come from and which of them wins'
  static override description = `What is named first wins. The commands are in \`hyperbyte config --help\`.

EXIT CODES
  0 always`
  static override examples = ['<%= config.bin %> <%= command.id %>', '<%= config.bin %> <%= command.id %> --json']

  async run() {
    await this.parse(HelpConfig)
    const lines = LAYERS.map(([name, from], index) => `  ${index + 1}  ${name.padEnd(13)}${from}`)
    this.log(['Settings come from these places; what is higher wins:', '', ...lines, '', EXAMPLE].join('\n'))
    return { schema: 'hyperbyte.help.config/1', layers: LAYERS.map(([name, from]) => ({ name, from })) }
  }
}
