// Makes a fresh or changed clone ready to run: packages that package-lock.json names, and a build of the sources as they
// are. Does nothing when both are current. Plain Node: it runs before any package is there.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
const NODE_NEEDED = [20, 18, 1]
const INSTALL_STAMP = path.join(ROOT, 'node_modules', '.hyperbyte-install')
const BUILD_STAMP = path.join(ROOT, 'dist', '.hyperbyte-build')

export function prepare() {
  checkNode()
  if (!isShared(path.join(ROOT, 'node_modules'))) {
    stampedStep('installing packages', INSTALL_STAMP, hashFiles(['package-lock.json']), () =>
      run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']),
    )
  }
  const sources = [
    'package.json',
    'tsconfig.json',
    'tsconfig.build.json',
    'scripts/build-manifest.mjs',
    ...listFiles('src'),
  ]
  stampedStep('building', BUILD_STAMP, hashFiles(sources), () => run('npm', ['run', '--silent', 'build']))
}

/** Ends this process when the command fails; its own output says why. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit' })
  if (status === 0) return
  console.error(`failed: ${command} ${args.join(' ')}${error ? `: ${error.message}` : ''}`)
  process.exit(1)
}

/** A link leads to packages that other checkouts use as well; `npm ci` would empty them. */
function isShared(folder) {
  return lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() === true
}

function checkNode() {
  const found = process.versions.node.split('.').map(Number)
  const difference = NODE_NEEDED.map((part, index) => found[index] - part).find((part) => part !== 0) ?? 0
  if (difference >= 0) return
  console.error(`hyperbyte needs Node.js ${NODE_NEEDED.join('.')} or newer, this is ${process.version}`)
  process.exit(1)
}

function stampedStep(name, stamp, hash, make) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  console.error(`${name} …`)
  make()
  mkdirSync(path.dirname(stamp), { recursive: true })
  writeFileSync(stamp, hash)
}

function listFiles(folder) {
  return readdirSync(path.join(ROOT, folder), { recursive: true })
    .map((name) => path.join(folder, String(name)))
    .filter((name) => statSync(path.join(ROOT, name)).isFile())
    .sort()
}

function hashFiles(names) {
  const hash = createHash('sha256')
  for (const name of names)
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(path.join(ROOT, name)))
  return hash.digest('hex')
}
