/**
 * /debug/requests: who sends how many writes and queries, counted only while someone looks. Clients are `user:address`,
 * or the address alone without authentication.
 */

interface ClientCounts {
  writes: number
  queries: number
}

type Profile = Map<string, ClientCounts>

/** More clients than anyone reads; the rest is not told apart. */
const CLIENT_COUNT_MAX = 10_000

/** Each makes every request a little slower while it is open. */
const OPEN_COUNT_MAX = 16

export class ClientProfiles {
  readonly #open = new Set<Profile>()

  get isAnyOpen(): boolean {
    return this.#open.size > 0
  }

  count(client: string, kind: 'writes' | 'queries'): void {
    for (const profile of this.#open) {
      let counts = profile.get(client)
      if (counts === undefined) {
        if (profile.size >= CLIENT_COUNT_MAX) continue
        counts = { writes: 0, queries: 0 }
        profile.set(client, counts)
      }
      counts[kind]++
    }
  }

  /** Starts counting; the returned function stops it and gives the text. Null when too many look already. */
  start(): (() => string) | null {
    if (this.#open.size >= OPEN_COUNT_MAX) return null
    const profile: Profile = new Map()
    this.#open.add(profile)
    return () => {
      this.#open.delete(profile)
      const lines = [...profile].map(([client, counts]) => `${JSON.stringify(client)}: ${JSON.stringify(counts)}`)
      return `{\n${lines.join(',\n')}\n}`
    }
  }
}
