/** What goes wrong in backup and restore, in one closed list; the command line gives each kind its exit code. */

export type BackupErrorKind =
  /** The repository, or a set in it, is not there. */
  | 'missing'
  /** Bytes are not what was written. */
  | 'damaged'
  /** The target exists, or the repository holds something that does not fit. */
  | 'conflict'
  /** Somebody else works on the repository. */
  | 'locked'
  /** Made by a newer program. */
  | 'too-new'
  /** What was asked for makes no sense. */
  | 'usage'

export class BackupError extends Error {
  readonly kind: BackupErrorKind
  readonly hint: string | null

  constructor(kind: BackupErrorKind, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'BackupError'
    this.kind = kind
    this.hint = options.hint ?? null
  }
}
