/** The scripts for bash, zsh and fish in the shells themselves: keys go in, and the arguments that came of them come out. */

import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type IPty, spawn } from '@lydell/node-pty'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { BIN, requireBuild } from '../../support/built-bin.js'
import { listen } from '../../support/listen.js'
import { pollUntil } from '../../support/poll-until.js'

let folder: string
let server: Server
let url: string
/** Gets a letter for each answer to a shell. */
let answered: string

beforeAll(async () => {
  requireBuild()
  folder = mkdtempSync(path.join(tmpdir(), 'hyperbyte-shells-'))
  answered = path.join(folder, 'answered')
  mkdirSync(path.join(folder, 'bin'))
  writeFileSync(path.join(folder, 'points of today.lp'), '')
  writeFileSync(path.join(folder, 'hyperbyte.toml'), '[profile.production.connection]\nhost = "db1"\n')
  // Completes as the program does, and otherwise shows what it was given. A Tab does not wait long for a busy server: here
  // it is asked again until it answers, but where there are no names to answer with.
  writeFileSync(
    path.join(folder, 'bin', 'hyperbyte'),
    `#!/bin/sh
if [ "$1" = complete ]; then
  tries=50
  case "$*" in *import*) tries=1 ;; esac
  while names=$('${process.execPath}' '${BIN}' "$@"); [ -z "$names" ] && [ $((tries -= 1)) -gt 0 ]; do :; done
  [ -z "$names" ] || printf '%s\\n' "$names"
  [ "$2" = --script ] || printf x >> '${answered}'
  exit
fi
printf 'GIVEN'; for word; do printf '[%s]' "$word"; done; printf 'END\\n'
`,
  )
  chmodSync(path.join(folder, 'bin', 'hyperbyte'), 0o755)
  server = createServer((req, res) => {
    req.resume()
    const series = { name: 'databases', columns: ['name'], values: [['telegraf'], ['my database'], ["it's"]] }
    res.end(JSON.stringify({ results: [{ series: [series] }] }))
  })
  url = await listen(server)
})

afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})

const SHELLS: readonly (readonly [name: string, args: readonly string[], start: string])[] = [
  ['bash', ['--norc', '--noprofile', '-i'], 'eval "$(hyperbyte complete --script bash)"'],
  ['zsh', ['-f', '-i'], 'autoload -U compinit; compinit -D -u; eval "$(hyperbyte complete --script zsh)"'],
  ['fish', ['--no-config', '-i'], 'hyperbyte complete --script fish | source'],
]

const CASES: readonly (readonly [typed: string, given: string])[] = [
  ['hyperbyte conf\t sh\t', '[config][show]'],
  ['hyperbyte query --exe\t', '[query][--execute]'],
  ['hyperbyte query --format ver\t', '[query][--format][vertical]'],
  ['hyperbyte query --format=ver\t', '[query][--format=vertical]'],
  ['hyperbyte query -d tele\t', '[query][-d][telegraf]'],
  ['hyperbyte db drop my\t', '[db][drop][my database]'],
  ['hyperbyte query -d it\t', "[query][-d][it's]"],
  ['hyperbyte ping --profile pro\t', '[ping][--profile][production]'],
  ['hyperbyte help exit\t', '[help][exit-codes]'],
  ['echo x | hyperbyte qu\t', '[query]'],
  ['hyperbyte import points\t', '[import][points of today.lp]'],
]

describe.each(SHELLS.filter(([name]) => spawnSync(name, ['--version']).status === 0))('%s', (name, args, start) => {
  let shell: IPty
  let screen: Screen

  beforeAll(async () => {
    shell = spawn(name, [...args], {
      cwd: folder,
      cols: 200,
      rows: 40,
      env: {
        ...process.env,
        PATH: `${path.join(folder, 'bin')}:${process.env['PATH']}`,
        HOME: folder,
        XDG_CACHE_HOME: path.join(folder, name),
        HYPERBYTE_HOST: url,
        TERM: 'xterm',
        PS1: '$ ',
      },
    })
    screen = new Screen(shell)
    // Quotes, so that the echo of the line is not taken for what it prints.
    shell.write(`${start}; hyperbyte rea''dy\r`)
    await screen.until('GIVEN[ready]END')
  })

  afterAll(() => shell.kill('SIGKILL'))

  test.each(CASES)('makes of %j %s', async (typed, given) => {
    screen.forget()
    for (const keys of typed.split(/(?<=\t)/).filter((each) => each !== '')) {
      const before = answeredCount()
      shell.write(keys)
      if (keys.endsWith('\t'))
        await pollUntil(
          () => answeredCount() > before,
          () => `no Tab after ${keys}`,
        )
      await screen.rest()
    }
    shell.write('\r')
    await screen.until(`GIVEN${given}END`)
  })
})

/** How often a shell has asked the program, and got its answer. */
function answeredCount(): number {
  return existsSync(answered) ? readFileSync(answered, 'utf8').length : 0
}

/** What a terminal would show, without its geometry. */
class Screen {
  #text = ''
  #changedMs = performance.now()

  constructor(shell: IPty) {
    shell.onData((data) => {
      this.#text += data
      this.#changedMs = performance.now()
    })
  }

  forget(): void {
    this.#text = ''
  }

  async until(wanted: string): Promise<void> {
    await pollUntil(
      () => this.#text.includes(wanted),
      () => `waiting for ${wanted}, the screen shows ${this.#text}`,
    )
  }

  /** Until a shell has drawn what it was told. */
  async rest(): Promise<void> {
    this.#changedMs = performance.now()
    await pollUntil(
      () => performance.now() - this.#changedMs > 150,
      () => 'it goes on drawing',
    )
  }
}
