/** `--repo` → the place it names: a directory, or `s3://bucket/prefix` with the credentials that S3's own tools use. */

import { BackupError } from '../backup-error.js'
import type { BlobStore } from './blob-store.js'
import { DirectoryStore } from './directory-store.js'
import { S3Store } from './s3-store.js'

type Environment = Readonly<Record<string, string | undefined>>

const REGION_DEFAULT = 'us-east-1'

export async function openStore(location: string, environment: Environment): Promise<BlobStore> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1].toLowerCase()
  if (scheme === undefined) return new DirectoryStore(location)
  if (scheme === 'file') return new DirectoryStore(new URL(location).pathname)
  if (scheme === 's3') return await openBucket(location, environment)
  throw new BackupError('usage', `${location} is no repository: ${scheme} is not known`, {
    hint: '--repo /backup/hyperbyte or --repo s3://bucket/prefix',
  })
}

async function openBucket(location: string, environment: Environment): Promise<BlobStore> {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*))?$/.exec(location)
  if (match === null)
    throw new BackupError('usage', `${location} names no bucket`, { hint: '--repo s3://bucket/prefix' })
  const [, bucket, prefix = ''] = match
  const accessKeyId = environment['AWS_ACCESS_KEY_ID'] ?? ''
  const secretAccessKey = environment['AWS_SECRET_ACCESS_KEY'] ?? ''
  if (accessKeyId === '' || secretAccessKey === '') {
    throw new BackupError('usage', `there are no credentials for ${location}`, {
      hint: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; AWS_ENDPOINT_URL_S3 and AWS_REGION as well, if need be',
    })
  }
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? REGION_DEFAULT
  const named = environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL']
  const endpoint = `${(named ?? `https://s3.${region}.amazonaws.com`).replace(/\/+$/, '')}/${bucket}`
  return await S3Store.open({ endpoint, region, accessKeyId, secretAccessKey, prefix, location })
}
