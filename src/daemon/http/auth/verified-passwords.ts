/**
 * Passwords that were right a moment ago. A scrypt check takes tens of milliseconds and clients send credentials with
 * every write, so a proof is kept: a keyed hash of name and password, next to the stored hash it was checked against. A
 * changed password changes the stored hash, and the proof is worth nothing. Never the password itself; bounded.
 */

import { createHmac, randomBytes } from 'node:crypto'

export class VerifiedPasswords {
  readonly #key = randomBytes(32)
  readonly #countMax: number
  /** Proof to the stored hash it was checked against, oldest first. */
  readonly #proofs = new Map<string, string>()

  constructor(countMax: number) {
    this.#countMax = countMax
  }

  has(username: string, password: string, storedHash: string): boolean {
    return this.#proofs.get(this.#proofOf(username, password)) === storedHash
  }

  add(username: string, password: string, storedHash: string): void {
    const oldest = this.#proofs.keys().next()
    if (this.#proofs.size >= this.#countMax && !oldest.done) this.#proofs.delete(oldest.value)
    this.#proofs.set(this.#proofOf(username, password), storedHash)
  }

  #proofOf(username: string, password: string): string {
    return createHmac('sha256', this.#key).update(`${username.length}:${username}${password}`).digest('base64')
  }
}
