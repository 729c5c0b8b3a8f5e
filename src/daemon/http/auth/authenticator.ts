/**
 * Who a request comes from. Authentication off, or no admin yet: anyone, and what they may do is decided later (then
 * only the first admin can be created). Otherwise a known user with the right password or a valid token, or one of
 * InfluxDB's 401 texts. A wrong name takes as long as a wrong password.
 */

import { hasAdmin, type MetaState, type User } from '../../../engine/index.js'
import type { Params } from '../parse-target.js'
import { FailureThrottle } from './failure-throttle.js'
import { type Credentials, readCredentials } from './read-credentials.js'
import { Turns } from './turns.js'
import { VerifiedPasswords } from './verified-passwords.js'
import { SECRET_BYTES_MIN, verifyJwt } from './verify-jwt.js'

export type Identity =
  /** Authentication is off: everything is allowed. */
  | { readonly kind: 'unrestricted' }
  /** Authentication is on, and nobody can have authenticated yet. */
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'refused'; readonly text: string }

export interface AuthenticatorOptions {
  readonly isEnabled: boolean
  readonly sharedSecret: string
  readonly meta: () => MetaState
  /** Whether a password is the one that a stored hash was made of. Takes its time. */
  readonly verify: (password: string, storedHash: string) => Promise<boolean>
}

export interface AuthenticationRequest {
  readonly authorization: string | undefined
  readonly params: Params
  readonly address: string
}

const UNRESTRICTED: Identity = { kind: 'unrestricted' }
const FAILED: Identity = { kind: 'refused', text: 'authorization failed' }

type Password = Extract<Credentials, { kind: 'password' }>

/** 1024 clients with credentials of their own; an entry is about 200 bytes. */
const VERIFIED_COUNT_MAX = 1024

/** Half of the thread pool: the other half is for files, however many guess at the same time. */
const VERIFYING_COUNT_MAX = 2

/** A hash of nothing anyone knows: checked when the user does not exist, so that both failures take the same time. */
const DECOY_HASH = `scrypt$14$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`

export class Authenticator {
  readonly #options: AuthenticatorOptions
  readonly #verified = new VerifiedPasswords(VERIFIED_COUNT_MAX)
  readonly #throttle = new FailureThrottle()
  readonly #turns = new Turns(VERIFYING_COUNT_MAX)

  constructor(options: AuthenticatorOptions) {
    this.#options = options
  }

  /** At once where no password must be hashed. */
  authenticate(request: AuthenticationRequest): Identity | Promise<Identity> {
    if (!this.#options.isEnabled) return UNRESTRICTED
    const meta = this.#options.meta()
    if (!hasAdmin(meta)) return { kind: 'anonymous' }
    const credentials = readCredentials(request.authorization, request.params)
    switch (credentials.kind) {
      case 'none':
        return { kind: 'refused', text: 'unable to parse authentication credentials' }
      case 'bearer':
        return this.#checkToken(credentials.token, meta)
      case 'password':
        return this.#checkPassword(credentials, request.address)
    }
  }

  #checkToken(token: string, meta: MetaState): Identity {
    const secret = this.#options.sharedSecret
    if (Buffer.byteLength(secret) < SECRET_BYTES_MIN) return { kind: 'refused', text: 'bearer auth disabled' }
    const outcome = verifyJwt(token, secret, Date.now() / 1000)
    if (outcome.kind === 'refused') return outcome
    const user = meta.users.get(outcome.username)
    return user === undefined ? { kind: 'refused', text: 'user not found' } : { kind: 'user', user }
  }

  #checkPassword(credentials: Password, address: string): Identity | Promise<Identity> {
    if (credentials.username === '') return { kind: 'refused', text: 'username required' }
    return this.#known(credentials, address) ?? this.#verifyInTurn(credentials, address)
  }

  /** What earlier requests have shown: that the password is right, or that too many were wrong. null = neither. */
  #known({ username, password }: Password, address: string): Identity | null {
    const user = this.#userOf(username)
    if (user !== undefined && this.#verified.has(username, password, user.passwordHash)) return { kind: 'user', user }
    return this.#throttle.isBlocked(address, username, performance.now()) ? FAILED : null
  }

  /** Once its turn has come, others may have shown it meanwhile. */
  async #verifyInTurn(credentials: Password, address: string): Promise<Identity> {
    await this.#turns.take()
    try {
      return this.#known(credentials, address) ?? (await this.#verify(credentials, address))
    } finally {
      this.#turns.give()
    }
  }

  #userOf(username: string): User | undefined {
    return this.#options.meta().users.get(username)
  }

  async #verify({ username, password }: Password, address: string): Promise<Identity> {
    const user = this.#userOf(username)
    const isRight = await this.#options.verify(password, user?.passwordHash ?? DECOY_HASH)
    if (user === undefined || !isRight) {
      this.#throttle.fail(address, username, performance.now())
      return FAILED
    }
    this.#verified.add(username, password, user.passwordHash)
    return { kind: 'user', user }
  }
}
