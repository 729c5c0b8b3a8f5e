import { expect, test } from 'vitest'
import { hideSecrets } from '../../../src/cli/talk/hide-secrets.js'

test.each([
  [
    ['query', '--password', 'x', '-e', 'SHOW USERS'],
    ['query', '--password', '(hidden)', '-e', 'SHOW USERS'],
  ],
  [
    ['query', '--password=x', '-password=y'],
    ['query', '--password=(hidden)', '-password=(hidden)'],
  ],
  [
    ['query', '-e', `create user ada with\npassword 'x'`],
    ['query', '-e', '(hidden)'],
  ],
  [
    ['ping', '--host', 'https://ada:p@ss@db1:8086/x', '--host=http://ada@db2'],
    ['ping', '--host', 'https://db1:8086/x', '--host=http://db2'],
  ],
  [
    ['ping', '--password-file', '/run/secret'],
    ['ping', '--password-file', '/run/secret'],
  ],
])('%j is written down as %j', (args, shown) => {
  expect(hideSecrets(args)).toEqual(shown)
})
