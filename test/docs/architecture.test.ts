import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { EXIT_CODES } from '../../src/cli/exit-codes.js'
import { renderManual } from '../../src/daemon/config/render-config.js'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGES = ['README.md', ...listPages('docs')]

function listPages(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true })
    .map((name) => path.join(folder, String(name)))
    .filter((name) => name.endsWith('.md'))
}

function read(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8')
}

describe.each(PAGES)('%s', (page) => {
  test('names only files that exist', () => {
    const named = [...read(page).matchAll(/`((?:src|bin|scripts|test|docs)\/[\w./-]+)`/g)].map(([, name]) => name)
    expect(named.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([])
  })

  test('links only to files that exist', () => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link]) => link)
    expect(links.filter((link) => !existsSync(path.join(ROOT, path.dirname(page), link)))).toEqual([])
  })
})

test('docs/ARCHITECTURE.md follows both journeys through every stage of the engine', () => {
  const page = read('docs/ARCHITECTURE.md')
  const stages = readdirSync(path.join(ROOT, 'src/engine'), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  )
  expect(stages.map(({ name }) => name).filter((name) => !page.includes(`src/engine/${name}`))).toEqual([])
})

test('docs/configuration.md has the tables that the options make', () => {
  const page = read('docs/configuration.md')
  // When this fails: npm run build && node scripts/write-configuration-manual.mjs
  expect(page.slice(page.indexOf('\n## [') + 1)).toBe(renderManual())
})

test('docs/commands.md lists every exit code in its words', () => {
  const page = read('docs/commands.md')
  for (const [name, { code, text }] of Object.entries(EXIT_CODES))
    expect(page).toContain(`| ${code} | ${name} | ${text} |`)
})
