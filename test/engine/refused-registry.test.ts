import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { HyperbyteError } from '../../src/engine/index.js'
import { MetaStore } from '../../src/engine/registry/meta-store.js'
import { openTestEngine, type TestEngine } from './open-test-engine.js'

let db: TestEngine

beforeEach(async () => {
  db = await openTestEngine()
})

afterEach(async () => {
  vi.restoreAllMocks()
  await db.remove()
})

/** The next change of the registry fails; `isWritten`: although it is on disk, as when only the sync after it failed. */
function refuseNextChange(isWritten: boolean): void {
  const { apply } = MetaStore.prototype
  vi.spyOn(MetaStore.prototype, 'apply').mockImplementationOnce(async function (this: MetaStore, changes) {
    if (isWritten) await apply.call(this, changes)
    throw new HyperbyteError('no-space', 'the disk refuses')
  })
}

test.each([false, true])(
  'rows of a flush that the registry refused come with the next one, each once (written: %s)',
  async (isWritten) => {
    await db.write('m,host=a v=1 1')
    refuseNextChange(isWritten)
    await expect(db.engine.flush()).rejects.toThrow('the disk refuses')
    await db.write('m,host=b v=2 2')
    await db.ask('DELETE FROM m WHERE time = 2')
    await db.write('m,host=c v=4 3')
    await db.engine.flush()
    expect(db.engine.stats().parquetFileCount).toBe(2)
    db = await db.reopen()
    expect(await db.ask('SHOW SERIES')).toEqual([' | key=m,host=a', ' | key=m,host=c'])
    expect(await db.ask('SELECT count(v), sum(v) FROM m')).toEqual(['m | time=0 count=2 sum=5'])
  },
)

test.each([false, true])(
  'a merge that the registry refused is done again, and every point is there once (written: %s)',
  async (isWritten) => {
    for (let i = 0; i < 4; i++) {
      await db.write(`m,host=a v=${2 ** i} ${i}`)
      await db.engine.flush()
    }
    await db.ask('DELETE FROM m WHERE time = 0')
    refuseNextChange(isWritten)
    await expect(db.engine.compact()).rejects.toThrow('the disk refuses')
    await db.engine.compact()
    expect(db.engine.stats().parquetFileCount).toBe(1)
    db = await db.reopen()
    expect(db.engine.stats().parquetFileCount).toBe(1)
    expect(await db.ask('SELECT count(v), sum(v) FROM m')).toEqual(['m | time=0 count=3 sum=14'])
  },
)
