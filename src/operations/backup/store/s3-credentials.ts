/**
 * Keys and region for S3, found where S3's own tools find them: the environment, else a profile of the shared files
 * `~/.aws/credentials` and `~/.aws/config`. Profiles that get their keys from somewhere else (a role, a single sign-on, a
 * program) are not followed; the message says how to bring such keys here.
 */

import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { BackupError } from '../backup-error.js'

export type Environment = Readonly<Record<string, string | undefined>>

export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of temporary credentials. */
  readonly sessionToken: string | null
}

export interface S3Account {
  readonly credentials: S3Credentials
  readonly region: string
  /** null = Amazon's own of the region. */
  readonly endpoint: string | null
}

type Profile = ReadonlyMap<string, string>

const REGION_DEFAULT = 'us-east-1'
/** How a profile says that its keys come from somewhere else. */
const INDIRECT = ['role_arn', 'sso_session', 'sso_start_url', 'credential_process', 'web_identity_token_file']

/** Throws `usage` when there are no credentials; `location` is for the message. */
export async function findAccount(location: string, environment: Environment): Promise<S3Account> {
  const name = settingOf(environment, 'AWS_PROFILE') ?? 'default'
  const profile = await readProfile(name, environment)
  return {
    credentials:
      ofEnvironment(environment) ?? ofProfile(profile) ?? noCredentials(location, name, profile, environment),
    region:
      settingOf(environment, 'AWS_REGION') ??
      settingOf(environment, 'AWS_DEFAULT_REGION') ??
      profile?.get('region') ??
      REGION_DEFAULT,
    endpoint:
      settingOf(environment, 'AWS_ENDPOINT_URL_S3') ??
      settingOf(environment, 'AWS_ENDPOINT_URL') ??
      profile?.get('endpoint_url') ??
      null,
  }
}

function ofEnvironment(environment: Environment): S3Credentials | null {
  const accessKeyId = settingOf(environment, 'AWS_ACCESS_KEY_ID')
  const secretAccessKey = settingOf(environment, 'AWS_SECRET_ACCESS_KEY')
  if (accessKeyId === null || secretAccessKey === null) return null
  return { accessKeyId, secretAccessKey, sessionToken: settingOf(environment, 'AWS_SESSION_TOKEN') }
}

function ofProfile(profile: Profile | null): S3Credentials | null {
  const accessKeyId = profile?.get('aws_access_key_id')
  const secretAccessKey = profile?.get('aws_secret_access_key')
  if (accessKeyId === undefined || secretAccessKey === undefined) return null
  return { accessKeyId, secretAccessKey, sessionToken: profile?.get('aws_session_token') ?? null }
}

/** `~/.aws/config` first, and what `~/.aws/credentials` says on top; null when neither has the profile. */
async function readProfile(name: string, environment: Environment): Promise<Profile | null> {
  const home = path.join(settingOf(environment, 'HOME') ?? homedir(), '.aws')
  const settings = await readSection(
    settingOf(environment, 'AWS_CONFIG_FILE') ?? path.join(home, 'config'),
    name === 'default' ? ['default', 'profile default'] : [`profile ${name}`],
  )
  const keys = await readSection(
    settingOf(environment, 'AWS_SHARED_CREDENTIALS_FILE') ?? path.join(home, 'credentials'),
    [name],
  )
  return settings === null && keys === null ? null : new Map([...(settings ?? []), ...(keys ?? [])])
}

async function readSection(file: string, names: readonly string[]): Promise<Profile | null> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new BackupError('usage', `the credentials of S3 cannot be read: ${message}`, { cause: error })
  }
  const sections = parseIni(text)
  const found = names.map((name) => sections.get(name)).find((section) => section !== undefined)
  return found ?? null
}

/** Section → key → value. Indented lines belong to the setting above them; none of ours has such. */
export function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>()
  let section: Map<string, string> | null = null
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const header = /^\[\s*([^\]]*?)\s*\]/.exec(line)
    if (header !== null) {
      const name = header[1].replace(/\s+/g, ' ')
      section = sections.get(name) ?? new Map()
      sections.set(name, section)
      continue
    }
    const setting = /^([^\s#;=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line)
    if (setting !== null && setting[2] !== '') section?.set(setting[1].toLowerCase(), setting[2])
  }
  return sections
}

function noCredentials(location: string, name: string, profile: Profile | null, environment: Environment): never {
  const hint = 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile of ~/.aws/credentials'
  const asked = settingOf(environment, 'AWS_PROFILE')
  const indirect = INDIRECT.find((key) => profile?.has(key))
  if (indirect !== undefined) {
    throw new BackupError(
      'usage',
      `the profile ${name} has no keys of its own but ${indirect}, which is not followed`,
      {
        hint: `eval "$(aws configure export-credentials --profile ${name} --format env)"`,
      },
    )
  }
  if (asked === null) throw new BackupError('usage', `there are no credentials for ${location}`, { hint })
  const problem = profile === null ? 'there is no profile' : 'there are no keys in the profile'
  throw new BackupError('usage', `there are no credentials for ${location}: ${problem} ${name}`, { hint })
}

function settingOf(environment: Environment, name: string): string | null {
  const value = environment[name]?.trim()
  return value === undefined || value === '' ? null : value
}
