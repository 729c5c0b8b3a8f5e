// A server of the built program on a free port, with its data in `folder/data`, for the scripts that look at one. Resolves
// when it listens. Who starts it ends it.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const BIN = fileURLToPath(new URL('../bin/run.js', import.meta.url))

export async function startServer(folder, env = {}) {
  const args = ['serve', '--bind', '127.0.0.1:0', '--data-dir', path.join(folder, 'data'), '--log-format', 'json']
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  })
  return { child, url: await listening(child) }
}

function listening(child) {
  return new Promise((resolve, reject) => {
    let log = ''
    child.once('exit', () => reject(new Error(`the server ended: ${log}`)))
    child.stderr.on('data', (piece) => {
      log += piece
      const url = /"url":"([^"]+)"/.exec(log)?.[1]
      if (url !== undefined) resolve(url)
    })
  })
}
