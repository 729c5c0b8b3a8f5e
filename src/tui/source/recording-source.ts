/** The place of a server while a recording is looked at: it has no answers of its own. */

import { ClientError } from '../../client/client-error.js'
import type { SampleSource } from './sample-source.js'

export function recordingSource(path: string): SampleSource {
  const refuse = async (): Promise<never> => {
    throw new ClientError('rejected', 'this is a recording: there is no server to ask')
  }
  return {
    host: path,
    sample: refuse,
    detail: async () => ({ kind: 'failed', reason: 'a recording does not have this' }),
    act: refuse,
    logIn: () => {},
    close: async () => {},
  }
}
