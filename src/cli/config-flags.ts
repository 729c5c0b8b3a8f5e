/**
 * Flags of commands that read the daemon's configuration: the file, the profile, and one flag for each option whose row
 * names one.
 */

import { Flags } from '@oclif/core'
import type { LoadedConfig } from '../daemon/config/load-config.js'
import { CONFIG_KEYS, type ConfigKey, optionRow } from '../daemon/config/option-table.js'

export const configFlags = {
  config: Flags.string({
    helpValue: 'FILE',
    env: 'HYPERBYTE_CONFIG',
    summary: 'Configuration file [default: ./hyperbyte.toml if there is one].',
  }),
  profile: Flags.string({
    env: 'HYPERBYTE_PROFILE',
    helpValue: 'NAME',
    summary: 'Apply the tables [profile.NAME.…] of the configuration.',
  }),
  'data-dir': optionFlag('data.dir', 'DIR'),
  bind: optionFlag('http.bind-address', 'HOST:PORT'),
  insecure: Flags.boolean({ summary: optionRow('http.insecure').text }),
  'log-format': optionFlag('logging.format', 'auto|pretty|json'),
  'log-level': optionFlag('logging.level', 'LEVEL'),
}

type ConfigFlagValues = { readonly [name: string]: unknown; readonly config?: string; readonly profile?: string }

export async function readConfigFromFlags(flags: ConfigFlagValues): Promise<LoadedConfig> {
  const { readConfig } = await import('../daemon/config/read-config.js')
  return readConfig({
    flags: givenOptions(flags),
    configFile: flags.config ?? null,
    profile: flags.profile ?? null,
  })
}

function givenOptions(flags: ConfigFlagValues): Map<ConfigKey, string> {
  const given = new Map<ConfigKey, string>()
  for (const key of CONFIG_KEYS) {
    const { flag } = optionRow(key)
    if (flag !== undefined && flags[flag] !== undefined) given.set(key, String(flags[flag]))
  }
  return given
}

function optionFlag(key: ConfigKey, helpValue: string) {
  return Flags.string({ helpValue, summary: optionRow(key).text })
}
