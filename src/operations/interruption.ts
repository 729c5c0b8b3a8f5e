/**
 * Somebody asked a running operation to stop (Ctrl-C, SIGTERM). It is the reason of the operation's abort signal:
 * `signal.throwIfAborted()` throws it between two pieces of work, and what was done until then is saved.
 */

export type InterruptingSignal = 'SIGINT' | 'SIGTERM'

export class Interruption extends Error {
  readonly signal: InterruptingSignal
  /** The command that goes on from here; null when there is nothing to go on with. */
  readonly resume: string | null

  constructor(signal: InterruptingSignal, resume: string | null = null) {
    super(signal === 'SIGINT' ? 'stopped by Ctrl-C' : 'stopped by SIGTERM')
    this.name = 'Interruption'
    this.signal = signal
    this.resume = resume
  }
}
