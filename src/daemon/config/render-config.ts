/** Configuration as text: the TOML of `config show` and the table of the manual. Secrets are printed only when asked for. */

import type { LoadedConfig, Origin } from './load-config.js'
import { CONFIG_KEYS, type ConfigKey, environmentName, type Machine, optionRow } from './option-table.js'

const HIDDEN_SECRET = '"(hidden)"'

export interface RenderOptions {
  /** Adds `# from …` to each line. */
  readonly isOriginShown: boolean
  readonly areSecretsShown: boolean
}

/** A file that `serve --config` reads back, secrets aside. */
export function renderConfig(
  { values, origins }: LoadedConfig,
  { isOriginShown, areSecretsShown }: RenderOptions,
): string {
  return renderSections((key) => {
    const line = `${nameInSection(key)} = ${printValue(key, values[key], areSecretsShown)}`
    return isOriginShown ? `${line.padEnd(48)} # ${describeOrigin(origins[key])}` : line
  })
}

/** Every option with its explanation and its default. */
export function renderDefaults(machine: Machine): string {
  return renderSections((key) => {
    const row = optionRow(key)
    return `# ${row.text}\n${nameInSection(key)} = ${printValue(key, row.default(machine))}`
  })
}

/** A file to start from: every option explained, none set, so that it says what a server without a file does. */
export function renderTemplate(machine: Machine): string {
  const options = renderSections((key) => {
    const row = optionRow(key)
    return `# ${row.text}\n# ${row.parser.describe}\n# ${nameInSection(key)} = ${printValue(key, row.default(machine))}\n`
  })
  return `${TEMPLATE_HEAD}\n${options}\n${TEMPLATE_PROFILE}`
}

const TEMPLATE_HEAD = `# Configuration of hyperbyte. Take the "#" from a line to change what it says; \`hyperbyte config check FILE\` reads it.
`

const TEMPLATE_PROFILE = `# A profile is a set of tables that --profile NAME or HYPERBYTE_PROFILE puts before the others:
#
# [profile.production.connection]
# host = "https://db.example.com:8086"
# username = "reader"
# password-file = "/run/secrets/hyperbyte"
`

export function printValue(key: ConfigKey, value: unknown, areSecretsShown = false): string {
  const row = optionRow(key)
  return row.isSecret && value !== '' && !areSecretsShown ? HIDDEN_SECRET : row.parser.print(value)
}

export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'flag':
      return `flag ${origin.name}`
    case 'environment':
      return `environment ${origin.name}`
    case 'file':
      return origin.profile === null ? `file ${origin.path}` : `file ${origin.path}, profile ${origin.profile}`
    case 'default':
      return 'default'
  }
}

/** The same for machines; values as they stand in a file. */
export function configDocument({ values, origins }: LoadedConfig, areSecretsShown: boolean) {
  const options = CONFIG_KEYS.map((key) => ({
    key,
    value: printValue(key, values[key], areSecretsShown),
    origin: describeOrigin(origins[key]),
  }))
  return { schema: 'hyperbyte.config/1', options }
}

export function defaultsDocument(machine: Machine) {
  const options = CONFIG_KEYS.map((key) => ({
    key,
    default: printValue(key, optionRow(key).default(machine)),
    environment: environmentName(key),
    text: optionRow(key).text,
  }))
  return { schema: 'hyperbyte.config.defaults/1', options }
}

/** The table of docs/configuration.md; a test compares the two. */
export function renderManual(): string {
  const lines: string[] = []
  let section = ''
  for (const key of CONFIG_KEYS) {
    if (sectionOf(key) !== section) {
      section = sectionOf(key)
      lines.push('', `## [${section}]`, '')
      lines.push('| Key | Default | Value | Meaning |', '|---|---|---|---|')
    }
    const row = optionRow(key)
    const fallback = row.defaultText ?? '`' + row.parser.print(row.default({ memoryBytes: 0, cpuCount: 1 })) + '`'
    const names = [
      '`' + nameInSection(key) + '`',
      '`' + environmentName(key) + '`',
      ...(row.flag ? ['`--' + row.flag + '`'] : []),
    ]
    const notes = [row.text, ...(row.scope === 'reload' ? ['Read again on SIGHUP.'] : [])].join(' ')
    const cells = [names.join('<br>'), fallback, row.parser.describe.replaceAll('|', '\\|'), notes]
    lines.push(`| ${cells.join(' | ')} |`)
  }
  return lines.slice(1).join('\n') + '\n'
}

function renderSections(renderLine: (key: ConfigKey) => string): string {
  const lines: string[] = []
  let section = ''
  for (const key of CONFIG_KEYS) {
    if (sectionOf(key) !== section) {
      if (section !== '') lines.push('')
      section = sectionOf(key)
      lines.push(`[${section}]`)
    }
    lines.push(renderLine(key))
  }
  return lines.join('\n')
}

function sectionOf(key: ConfigKey): string {
  return key.slice(0, key.indexOf('.'))
}

function nameInSection(key: ConfigKey): string {
  return key.slice(key.indexOf('.') + 1)
}
