import { expect, test } from 'vitest'
import { describeFailure } from '../../src/cli/describe-failure.js'
import { FAILURE_CODES, type FailureText } from '../../src/cli/error-codes.js'
import { EXIT_CODES, type ExitName, exitCode } from '../../src/cli/exit-codes.js'
import { OperationError } from '../../src/cli/operation-error.js'
import { ClientError, type ClientErrorKind } from '../../src/client/client-error.js'
import { ConfigError } from '../../src/daemon/config/load-config.js'
import { type ErrorCode, HyperbyteError } from '../../src/engine/index.js'
import { BackupError, type BackupErrorKind } from '../../src/operations/backup/backup-error.js'

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: it did not work`), { code })
}

const CASES: readonly (readonly [error: Error, exit: ExitName])[] = [
  [new OperationError('no', { exit: 'mismatch' }), 'mismatch'],
  [new ClientError('unreachable', 'no'), 'unreachable'],
  [new ClientError('denied', 'no'), 'denied'],
  [new ClientError('missing', 'no'), 'missing'],
  [new ClientError('partial', 'no'), 'partial'],
  [new ClientError('no-space', 'no'), 'no-space'],
  [new HyperbyteError('locked', 'no'), 'locked'],
  [new HyperbyteError('corrupt', 'no'), 'mismatch'],
  [new HyperbyteError('forbidden', 'no'), 'denied'],
  [new ConfigError(['a', 'b']), 'usage'],
  [systemError('EADDRINUSE'), 'failed'],
  [systemError('ENOSPC'), 'no-space'],
]

test.each(CASES)('%s ends as %s', (error, exit) => {
  expect(describeFailure(error)).toMatchObject({
    exit: EXIT_CODES[exit].code,
    message: error.message,
    isExpected: true,
  })
})

test('anything unknown is a bug: 1, and worth its stack', () => {
  expect(describeFailure(new TypeError('x is undefined'))).toMatchObject({
    exit: 1,
    code: 'internal',
    isExpected: false,
  })
})

/** null: the error has no such code. */
function endOf(error: Error): number | null {
  try {
    return describeFailure(error).exit
  } catch {
    return null
  }
}

test('what `help errors` says of a code is how its failure ends', () => {
  const makers = [
    (code: string) => new OperationError('no', { exit: code as ExitName }),
    (code: string) => new ClientError(code as ClientErrorKind, 'no'),
    (code: string) => new BackupError(code as BackupErrorKind, 'no'),
    (code: string) => new HyperbyteError(code as ErrorCode, 'no'),
  ]
  for (const [code, { exit }] of Object.entries<FailureText>(FAILURE_CODES)) {
    if (typeof exit === 'number') continue
    const ends = makers.flatMap((make) => endOf(make(code)) ?? [])
    expect([code, new Set(ends)]).toEqual([code, new Set([exitCode(exit)])])
  }
})

test('no two names share a number', () => {
  const codes = Object.values(EXIT_CODES).map(({ code }) => code)
  expect(new Set(codes).size).toBe(codes.length)
})
