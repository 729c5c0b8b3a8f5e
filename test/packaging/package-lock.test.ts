import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface LockedPackage {
  readonly version?: string
  readonly resolved?: string
  readonly hasInstallScript?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  packages: Record<string, LockedPackage>
}

// npm leaves out a package for another platform when its source does not offer it; `npm ci` then refuses the whole file.
test('package-lock.json has the native packages of every platform', () => {
  const missing = Object.entries(lock.packages).flatMap(([place, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in lock.packages) && !(`${place}/node_modules/${name}` in lock.packages),
    ),
  )
  expect(missing).toEqual([])
})

test('package-lock.json names no place to fetch from, so that any will do', () => {
  const placed = Object.entries(lock.packages).filter(([, { resolved }]) => resolved?.startsWith('http'))
  expect(placed.map(([place]) => place)).toEqual([])
})
