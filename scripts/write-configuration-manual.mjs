// Rewrites the tables of docs/configuration.md from the option table. Run after a build; a test compares the two.
import { readFileSync, writeFileSync } from 'node:fs'
import { renderManual } from '../dist/daemon/config/render-config.js'

const file = new URL('../docs/configuration.md', import.meta.url)
const page = readFileSync(file, 'utf8')
writeFileSync(file, page.slice(0, page.indexOf('\n## [') + 1) + renderManual())
