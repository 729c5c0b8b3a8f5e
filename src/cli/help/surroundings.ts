/** The variables and files that commands read beside their flags, for the manual. */

import type { Command } from '@oclif/core'

interface Surrounding {
  readonly name: string
  readonly meaning: string
  isFor(command: Pick<Command.Loadable, 'id' | 'flags'>): boolean
}

type OfCommand = Surrounding['isFor']

const withFlag =
  (name: string): OfCommand =>
  ({ flags }) =>
    flags[name] !== undefined
const only =
  (...ids: string[]): OfCommand =>
  ({ id }) =>
    ids.includes(id)
const always: OfCommand = () => true

const connects = withFlag('token-file')
const isConfigured: OfCommand = (command) =>
  connects(command) || withFlag('config')(command) || command.id.startsWith('config:')

export const VARIABLES: readonly Surrounding[] = [
  { name: 'HYPERBYTE_HOST', meaning: 'The server, in place of --host; INFLUX_HOST too.', isFor: connects },
  { name: 'HYPERBYTE_USERNAME', meaning: 'The user, in place of --username; INFLUX_USERNAME too.', isFor: connects },
  { name: 'HYPERBYTE_PASSWORD', meaning: 'Their password; INFLUX_PASSWORD too.', isFor: connects },
  { name: 'HYPERBYTE_PASSWORD_FILE', meaning: 'A file with it, in place of --password-file.', isFor: connects },
  { name: 'HYPERBYTE_TOKEN', meaning: 'A bearer token.', isFor: connects },
  { name: 'HYPERBYTE_TOKEN_FILE', meaning: 'A file with it, in place of --token-file.', isFor: connects },
  {
    name: 'HYPERBYTE_DATABASE',
    meaning: 'The database, in place of --database.',
    isFor: (command) => connects(command) && command.flags['rp'] !== undefined,
  },
  { name: 'HYPERBYTE_BACKUP_REPO', meaning: 'The repository, in place of --repo.', isFor: withFlag('repo') },
  {
    name: 'HYPERBYTE_SOURCE_USERNAME',
    meaning: 'The user at the source, in place of --source-username.',
    isFor: withFlag('source-username'),
  },
  { name: 'HYPERBYTE_SOURCE_PASSWORD', meaning: 'Their password.', isFor: withFlag('source-username') },
  { name: 'HYPERBYTE_PROFILE', meaning: 'The profile, in place of --profile.', isFor: isConfigured },
  { name: 'HYPERBYTE_CONFIG', meaning: 'The configuration file, in place of --config.', isFor: isConfigured },
  {
    name: 'HYPERBYTE_SECTION_KEY',
    meaning:
      'An option of the configuration, such as HYPERBYTE_HTTP_BIND_ADDRESS; with _FILE behind it a file that holds it.',
    isFor: isConfigured,
  },
  { name: 'HYPERBYTE_HISTORY_FILE', meaning: 'Where the shell keeps what was typed.', isFor: only('shell') },
  { name: 'PAGER', meaning: 'The program that shows answers longer than the screen.', isFor: only('shell') },
  {
    name: 'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL',
    meaning: 'Who reads and writes a repository in an S3 bucket, and where that is.',
    isFor: withFlag('repo'),
  },
  { name: 'NO_COLOR, FORCE_COLOR', meaning: 'No colours; colours on a pipe too.', isFor: always },
]

export const FILES: readonly Surrounding[] = [
  { name: './hyperbyte.toml', meaning: 'The configuration, unless --config names another file.', isFor: isConfigured },
  { name: '~/.config/hyperbyte/config.toml', meaning: "A user's own configuration.", isFor: isConfigured },
  { name: '/etc/hyperbyte/hyperbyte.toml', meaning: "The machine's configuration.", isFor: isConfigured },
  {
    name: './hyperbyte-data',
    meaning: 'The data, unless the configuration names another directory.',
    isFor: only('serve', 'doctor'),
  },
  {
    name: '~/.local/state/hyperbyte/shell_history',
    meaning: 'What was typed, but for lines with passwords.',
    isFor: only('shell'),
  },
  {
    name: '~/.aws/config, ~/.aws/credentials',
    meaning: 'Profiles of repositories in S3 buckets.',
    isFor: withFlag('repo'),
  },
]
