/** Whether an identity may write to a database: null, or InfluxDB's 403 text. */

import type { Identity } from './authenticator.js'

export function checkWrite(identity: Identity, database: string): string | null {
  switch (identity.kind) {
    case 'unrestricted':
      return null
    case 'anonymous':
    case 'refused':
      return `user is required to write to database ${quoted(database)}`
    case 'user': {
      const { name, isAdmin, grants } = identity.user
      const grant = grants.get(database)
      if (isAdmin || grant === 'WRITE' || grant === 'ALL PRIVILEGES') return null
      return `${quoted(name)} user is not authorized to write to database ${quoted(database)}`
    }
  }
}

function quoted(name: string): string {
  return JSON.stringify(name)
}
