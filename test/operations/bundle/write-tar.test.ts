import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { writeTar } from '../../../src/operations/bundle/write-tar.js'

test('tar unpacks what was packed', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-tar-'))
  try {
    const files = [
      { name: 'b/one.json', content: '{"ü":1}' },
      { name: 'b/empty', content: '' },
      { name: 'b/block', content: 'x'.repeat(512) },
    ]
    writeFileSync(path.join(folder, 'b.tar'), writeTar(files, Date.UTC(2026, 10, 20)))
    execFileSync('tar', ['-xf', 'b.tar'], { cwd: folder })
    for (const { name, content } of files) expect(readFileSync(path.join(folder, name), 'utf8')).toBe(content)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
