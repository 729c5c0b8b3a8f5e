/** `hyperbyte backup` is `hyperbyte backup create`. */

import BackupCreate from './create.js'

export default class Backup extends BackupCreate {}
