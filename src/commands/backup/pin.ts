/** Protects a set from `prune`. */

import { Flags } from '@oclif/core'
import { repoFlag } from '../../cli/backup-flags.js'
import { BaseCommand } from '../../cli/base-command.js'

export default class BackupPin extends BaseCommand {
  static override summary = 'Protect a backup set from being pruned'
  static override description = `No retention rule removes a pinned set. --remove takes the pin away.

EXIT CODES
  0 done   6 no such repository or set`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --repo /backup/hb --set 20261120T034417Z',
    '<%= config.bin %> <%= command.id %> --repo /backup/hb --set 20261120T034417Z --remove',
  ]
  static override flags = {
    ...repoFlag,
    set: Flags.string({ required: true, helpValue: 'latest|ID', summary: 'The set.' }),
    remove: Flags.boolean({ default: false, summary: 'Take the pin away.' }),
  }

  async run() {
    const { flags } = await this.parse(BackupPin)
    const [{ findSet }, { Repository }, { openStore }] = await Promise.all([
      import('../../operations/backup/show-set.js'),
      import('../../operations/backup/repository/repository.js'),
      import('../../operations/backup/store/open-store.js'),
    ])
    const repository = await Repository.open(await openStore(flags.repo, process.env))
    const { id } = await findSet(repository, flags.set)
    await repository.setPin(id, !flags.remove)
    this.log(flags.remove ? `${id} is no longer pinned` : `${id} is pinned`)
    return { schema: 'hyperbyte.backup.pin/1', repo: flags.repo, id, pinned: !flags.remove }
  }
}
