/** `--repo` → the place it names: a directory, or `s3://bucket/prefix` with the credentials that S3's own tools use. */

import { BackupError } from '../backup-error.js'
import type { BlobStore } from './blob-store.js'
import { DirectoryStore } from './directory-store.js'
import { type Environment, findAccount } from './s3-credentials.js'
import { S3Store } from './s3-store.js'

const RETRY_MS = 250

export async function openStore(
  location: string,
  environment: Environment,
  retryMs: number = RETRY_MS,
): Promise<BlobStore> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(location)?.[1].toLowerCase()
  if (scheme === undefined) return new DirectoryStore(location)
  if (scheme === 'file') return new DirectoryStore(new URL(location).pathname)
  if (scheme === 's3') return await openBucket(location, environment, retryMs)
  throw new BackupError('usage', `${location} is no repository: ${scheme} is not known`, {
    hint: '--repo /backup/hyperbyte or --repo s3://bucket/prefix',
  })
}

async function openBucket(location: string, environment: Environment, retryMs: number): Promise<BlobStore> {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/(.*))?$/.exec(location)
  if (match === null) {
    throw new BackupError('usage', `${location} names no bucket`, {
      hint: '--repo s3://bucket/prefix; a bucket has small letters, digits, dots and dashes',
    })
  }
  const [, bucket, prefix = ''] = match
  const { credentials, region, endpoint } = await findAccount(location, environment)
  const host = endpoint ?? `https://s3.${region}.amazonaws.com`
  if (!/^https?:\/\/[^/]/.test(host)) {
    throw new BackupError('usage', `${host} is no address of an S3 server`, {
      hint: 'AWS_ENDPOINT_URL_S3=https://minio.example.com:9000',
    })
  }
  return await S3Store.open({
    endpoint: `${host.replace(/\/+$/, '')}/${bucket}`,
    bucket,
    region,
    credentials,
    prefix,
    location,
    retryMs,
  })
}
