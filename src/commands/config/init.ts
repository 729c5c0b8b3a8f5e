/** A configuration file to start from. */

import { writeFileSync } from 'node:fs'
import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../cli/base-command.js'
import { fileFailure } from '../../cli/file-failure.js'
import { OperationError } from '../../cli/operation-error.js'

export default class ConfigInit extends BaseCommand {
  static override summary = 'Write a configuration file to start from'
  static override description = `Every option is in it with its explanation and its default, behind a "#".

EXIT CODES
  0 written   7 the file exists`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> /etc/hyperbyte/hyperbyte.toml --force',
    '<%= config.bin %> <%= command.id %> -',
  ]
  static override args = {
    file: Args.string({ default: 'hyperbyte.toml', description: 'Where to; "-" is stdout.' }),
  }
  static override flags = {
    force: Flags.boolean({ summary: 'Write over a file that exists.' }),
  }

  async run() {
    const { flags, args } = await this.parse(ConfigInit)
    const [{ renderTemplate }, { thisMachine }] = await Promise.all([
      import('../../daemon/config/render-config.js'),
      import('../../daemon/config/read-config.js'),
    ])
    const text = renderTemplate(thisMachine())
    if (args.file === '-') {
      this.log(text.trimEnd())
      return { schema: 'hyperbyte.config.init/1', path: null, text }
    }
    writeNewFile(args.file, text, flags.force)
    this.log(`wrote ${args.file}`)
    return { schema: 'hyperbyte.config.init/1', path: args.file }
  }
}

/** For the owner's eyes: secrets may be put into it. */
function writeNewFile(path: string, text: string, isReplacing: boolean): void {
  try {
    writeFileSync(path, text, { flag: isReplacing ? 'w' : 'wx', mode: 0o600 })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw fileFailure('write', path, cause)
    throw new OperationError(`${path} exists`, {
      exit: 'conflict',
      hint: `hyperbyte config init ${path} --force`,
      cause,
    })
  }
}
