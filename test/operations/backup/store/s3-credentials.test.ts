import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findAccount, parseIni } from '../../../../src/operations/backup/store/s3-credentials.js'

const CREDENTIALS = `# keys
[default]
aws_access_key_id = AKDEFAULT
aws_secret_access_key = abc/def+ghi=

[ backup ]
aws_access_key_id=AKBACKUP
aws_secret_access_key=secret
aws_session_token=token==

[empty]
`
const CONFIG = `[default]
region = eu-central-1
s3 =
  endpoint_url = http://not-this-one
[profile backup]
region = eu-west-3
endpoint_url = https://minio.example.com:9000
[profile role]
role_arn = arn:aws:iam::1:role/x
`

let home: string

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'hyperbyte-aws-'))
  await mkdir(path.join(home, '.aws'))
  await writeFile(path.join(home, '.aws', 'credentials'), CREDENTIALS)
  await writeFile(path.join(home, '.aws', 'config'), CONFIG)
})

afterAll(() => rm(home, { recursive: true }))

function find(environment: Record<string, string>) {
  return findAccount('s3://bucket', { HOME: home, ...environment })
}

test('the default profile is taken when the environment names no keys', async () => {
  expect(await find({})).toEqual({
    credentials: { accessKeyId: 'AKDEFAULT', secretAccessKey: 'abc/def+ghi=', sessionToken: null },
    region: 'eu-central-1',
    endpoint: null,
  })
})

test('AWS_PROFILE names another, with its token, region and server', async () => {
  expect(await find({ AWS_PROFILE: 'backup' })).toEqual({
    credentials: { accessKeyId: 'AKBACKUP', secretAccessKey: 'secret', sessionToken: 'token==' },
    region: 'eu-west-3',
    endpoint: 'https://minio.example.com:9000',
  })
})

test('the environment wins, key and token together', async () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKENV', AWS_SECRET_ACCESS_KEY: 's', AWS_PROFILE: 'backup', AWS_REGION: 'x' }
  expect(await find(keys)).toMatchObject({
    credentials: { accessKeyId: 'AKENV', secretAccessKey: 's', sessionToken: null },
    region: 'x',
  })
  expect(await find({ ...keys, AWS_SESSION_TOKEN: 't' })).toMatchObject({ credentials: { sessionToken: 't' } })
})

test('the files may lie somewhere else', async () => {
  const file = path.join(home, 'elsewhere')
  await writeFile(file, '[default]\naws_access_key_id=A\naws_secret_access_key=B\n')
  const account = await find({ AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: '/nonexistent' })
  expect(account).toMatchObject({ credentials: { accessKeyId: 'A' }, region: 'us-east-1' })
})

test.each([
  ['no such profile', 'other', /there is no profile other/, /AWS_ACCESS_KEY_ID/],
  ['a profile without keys', 'empty', /no keys in the profile empty/, /AWS_PROFILE/],
  ['a profile of a role', 'role', /role_arn, which is not followed/, /export-credentials --profile role/],
])('says what to do about %s', async (_name, profile, message, hint) => {
  await expect(find({ AWS_PROFILE: profile })).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  })
})

test('a file of settings is read with comments, Windows line ends and repeated sections', () => {
  const sections = parseIni('\ufeff; x\r\n[a] # y\r\nK = v=1 \r\n\r\n[b]\nk=2\n[a]\nl=3\n')
  expect(sections).toEqual(
    new Map([
      [
        'a',
        new Map([
          ['k', 'v=1'],
          ['l', '3'],
        ]),
      ],
      ['b', new Map([['k', '2']])],
    ]),
  )
})
