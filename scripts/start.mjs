// `npm start`: from a fresh clone to a running server. Arguments after `--` go to `hyperbyte serve`.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { prepare, ROOT } from './prepare.mjs'

prepare()

// A child, not this process: the size of the thread pool is decided before the first file is read.
const child = spawn(process.execPath, [path.join(ROOT, 'bin', 'run.js'), 'serve', ...process.argv.slice(2)], {
  stdio: 'inherit',
})
// One signal asks the server to stop in order, a second one ends it at once; so it must get exactly one.
let isStopping = false
function stopOnce(isSignalNeeded) {
  if (!isStopping && isSignalNeeded) child.kill('SIGTERM')
  isStopping = true
}
// Ctrl-C reaches the server as well, SIGTERM only us.
process.on('SIGINT', () => stopOnce(false))
process.on('SIGTERM', () => stopOnce(true))
// npm ends the shell between us on SIGTERM and tells us nothing; a new parent is the only sign of it.
const parent = process.ppid
setInterval(() => process.ppid !== parent && stopOnce(true), 500).unref()
child.on('exit', (code, signal) => process.exit(signal === null ? code : 1))
