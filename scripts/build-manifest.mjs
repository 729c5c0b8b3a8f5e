// Writes oclif.manifest.json: what each command takes, so that a start need not load every command to find one.
// The same data as oclif's own developer tool would write, without its hundreds of packages.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Plugin, settings } from '@oclif/core'

const root = fileURLToPath(new URL('..', import.meta.url))
settings.enableAutoTranspile = false
const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true })
await plugin.load()
writeFileSync(new URL('../oclif.manifest.json', import.meta.url), JSON.stringify(plugin.manifest) + '\n')
