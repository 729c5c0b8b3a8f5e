import { expect, test } from 'vitest'
import { resumeCommand } from '../../src/cli/resume-command.js'

test('what was typed is quoted where a shell would change it', () => {
  expect(resumeCommand(['backfill', 'run', '-d', `it's "x"`, '--where', 'a > 1', '--rate=5'])).toBe(
    `hyperbyte backfill run -d 'it'\\''s "x"' --where 'a > 1' --rate=5`,
  )
})

test('a password in an address is left out', () => {
  expect(resumeCommand(['export', '--host', 'http://ada:secret@db1'])).toBe('hyperbyte export --host http://db1')
})

test('passwords and what must not happen twice are left out, what is missing is added', () => {
  const args = ['export', '--password', 'secret', '--redo', 'cpu', '--redo=mem', '-d', 'x']
  expect(resumeCommand(args, { add: ['--resume', '-d'], drop: ['--redo'] })).toBe('hyperbyte export -d x --resume')
})
