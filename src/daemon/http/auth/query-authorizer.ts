/** Grants as the query stage asks for them. */

import { HyperbyteError, type MetaState, type QueryAuthorizer } from '../../../engine/index.js'
import type { Identity } from './authenticator.js'

/** null when everything is allowed. */
export function authorizerOf(identity: Identity, _meta: () => MetaState): QueryAuthorizer | null {
  if (identity.kind === 'unrestricted') return null
  return {
    checkStatements: () => {
      throw new HyperbyteError(
        'forbidden',
        'error authorizing query: create admin user first or disable authentication',
      )
    },
    isDatabaseVisible: () => false,
  }
}
