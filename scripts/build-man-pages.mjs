// Writes man/: a page of the manual for the program, each topic and each command, from oclif.manifest.json and the built
// help. `npm install --global` puts them where man finds them.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { manual } from '../dist/cli/help/manual.js'

const read = (name) => JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'))
const { version, description, oclif } = read('package.json')
const { commands } = read('oclif.manifest.json')
const folder = new URL('../man/', import.meta.url)

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
const facts = { bin: oclif.bin, version, description, commands: Object.values(commands), topics: oclif.topics }
for (const [name, text] of manual(facts)) writeFileSync(new URL(name, folder), text)
