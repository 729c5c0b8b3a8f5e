// `npm start`: from a fresh clone to a running server. Arguments after `--` go to `hyperbyte serve`.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { prepare, ROOT } from './prepare.mjs'

prepare()

// A child, not this process: the size of the thread pool is decided before the first file is read.
const child = spawn(process.execPath, [path.join(ROOT, 'bin', 'run.js'), 'serve', ...process.argv.slice(2)], {
  stdio: 'inherit',
})
// Ctrl-C reaches both; the server decides when it is done. SIGTERM reaches only us.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(signal === null ? code : 1))
