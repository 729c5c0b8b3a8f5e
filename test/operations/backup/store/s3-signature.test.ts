import { describe, expect, test } from 'vitest'
import { signRequest } from '../../../../src/operations/backup/store/s3-signature.js'

/** The examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const OPTIONS = {
  credentials: {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    sessionToken: null,
  },
  region: 'us-east-1',
  nowMs: Date.UTC(2013, 4, 24),
}

const EXAMPLES = [
  {
    name: 'reading part of an object',
    method: 'GET',
    path: '/test.txt',
    headers: { range: 'bytes=0-9' },
    payloadHash: EMPTY_HASH,
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    name: 'writing an object',
    method: 'PUT',
    path: '/test%24file.text',
    headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
    payloadHash: '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    name: 'a question without a value',
    method: 'GET',
    path: '/?lifecycle',
    headers: {},
    payloadHash: EMPTY_HASH,
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    name: 'listing a bucket',
    method: 'GET',
    path: '/?prefix=J&max-keys=2',
    headers: {},
    payloadHash: EMPTY_HASH,
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
]

describe('a signature is that of the documentation', () => {
  test.each(EXAMPLES)('for $name', ({ method, path, headers, payloadHash, signature }) => {
    const url = new URL(path, 'https://examplebucket.s3.amazonaws.com')
    const signed = signRequest({ method, url, headers: new Map(Object.entries(headers)), payloadHash }, OPTIONS)
    expect(signed['authorization']).toMatch(new RegExp(`Signature=${signature}$`))
    expect(signed['x-amz-date']).toBe('20130524T000000Z')
  })
})

test('the token of a session is sent and signed', () => {
  const credentials = { ...OPTIONS.credentials, sessionToken: 'token' }
  const request = { method: 'GET', url: new URL('https://s3/b/k'), headers: new Map(), payloadHash: EMPTY_HASH }
  const signed = signRequest(request, { ...OPTIONS, credentials })
  expect(signed['x-amz-security-token']).toBe('token')
  expect(signed['authorization']).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,')
})
