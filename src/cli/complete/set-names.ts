/** Backup sets for completion, newest first and `latest` before them. None when the repository does not answer in time. */

import { setTimeout as sleep } from 'node:timers/promises'

const WAIT_MS = 300

export async function setNames(repo: string | undefined): Promise<readonly string[]> {
  if (repo === undefined || repo === '') return []
  return await Promise.race([readSets(repo), sleep(WAIT_MS, [])])
}

async function readSets(repo: string): Promise<readonly string[]> {
  const [{ Repository }, { openStore }] = await Promise.all([
    import('../../operations/backup/repository/repository.js'),
    import('../../operations/backup/store/open-store.js'),
  ])
  const repository = await Repository.open(await openStore(repo, process.env))
  const sets = await repository.completeSets()
  return ['latest', ...sets.map(({ id }) => id).reverse()]
}
