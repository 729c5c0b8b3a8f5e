/**
 * Changes of databases, policies, users and measurements, one at a time. Metadata goes first and the log second: a crash
 * between them leaves log records that a replay skips, because what they name is gone. A drop that the log refuses is in
 * force all the same; nothing changes any more until the log has it, so that nothing of its name is made anew before.
 */

import type { EngineState } from './engine-state.js'
import { applyMetaCommand, type MetaCommand } from './metadata/meta-state.js'
import type { MetaChange } from './registry/meta-store.js'
import { SerialQueue } from './serial-queue.js'
import type { FileRemoval } from './storage/file-change.js'
import { forgetDatabase, forgetSeries, forgetTypes } from './stored-facts.js'
import { encodeRecord, NO_SERIES, type WalRecord } from './wal/wal-record.js'

export type DropRecord = Extract<WalRecord, { kind: 'drop' }>

export class MetadataChanges {
  readonly #state: EngineState
  readonly #queue = new SerialQueue()
  /** Drops that the log does not have yet. */
  #unlogged: readonly DropRecord[] = []

  constructor(state: EngineState) {
    this.#state = state
  }

  apply(command: MetaCommand): Promise<void> {
    return this.#queue.run(async () => {
      await this.#logDrops()
      const state = applyMetaCommand(this.#state.meta, command)
      await this.#state.stores.metaStore.apply([{ kind: 'set-meta', state }])
      this.#state.meta = state
      if (command.kind === 'create-database') this.#state.addRuntime(command.name)
      if (command.kind === 'drop-database') await this.#dropDatabase(command.name)
      if (command.kind === 'drop-retention-policy') await this.#dropPolicy(command.database, command.name)
    })
  }

  dropMeasurement(database: string, measurement: string): Promise<void> {
    return this.#queue.run(async () => {
      await this.#logDrops()
      await this.#append({ kind: 'drop', scope: 'measurement', database, retentionPolicy: '', measurement })
      await this.#forgetMeasurement(database, measurement)
    })
  }

  /** Database and policy are gone from the metadata already, or have been made anew: only older rows go. */
  async replayDrop({ scope, database, retentionPolicy, measurement }: DropRecord): Promise<void> {
    const { runtimes, storage } = this.#state
    const runtime = runtimes.get(database)
    if (scope === 'measurement') {
      if (runtime !== undefined) await this.#forgetMeasurement(database, measurement)
      return
    }
    const removal = storage.drop(
      (table) => table.database === database && (scope === 'database' || table.retentionPolicy === retentionPolicy),
    )
    // Groups that the replay has made for rows that are dropped here.
    const { unsaved } = this.#state.shardGroups
    this.#state.forgetShardGroups(
      (group) =>
        unsaved.includes(group) &&
        group.database === database &&
        (scope === 'database' || group.retentionPolicy === retentionPolicy),
    )
    const isMadeAnew = scope === 'database' && runtime !== undefined
    if (isMadeAnew) this.#state.addRuntime(database)
    await this.#state.recordRemoval(removal, isMadeAnew ? forgetDatabase(runtime) : [])
  }

  async #dropDatabase(database: string): Promise<void> {
    const { runtimes, storage } = this.#state
    const runtime = runtimes.get(database)
    runtimes.delete(database)
    const removal = storage.drop((table) => table.database === database)
    const groups = this.#state.forgetShardGroups((group) => group.database === database)
    const facts = runtime === undefined ? [] : forgetDatabase(runtime)
    const record = { kind: 'drop', scope: 'database', database, retentionPolicy: '', measurement: '' } as const
    await this.#recordDrop(record, removal, [...groups, ...facts])
  }

  async #dropPolicy(database: string, retentionPolicy: string): Promise<void> {
    const runtime = this.#state.runtime(database)
    const measurements = [...runtime.fieldTypes.measurementsOf(retentionPolicy)]
    const removals = forgetTypes(runtime, (entry) => entry.retentionPolicy === retentionPolicy)
    removals.push(
      ...this.#state.forgetShardGroups(
        (group) => group.database === database && group.retentionPolicy === retentionPolicy,
      ),
    )
    runtime.fieldTypes.removePolicy(retentionPolicy)
    const removal = this.#state.storage.drop(
      (table) => table.database === database && table.retentionPolicy === retentionPolicy,
    )
    for (const measurement of measurements) {
      if (this.#isStored(database, measurement)) continue
      for (const removal of forgetSeries(runtime, measurement)) removals.push(removal)
    }
    const record = { kind: 'drop', scope: 'retention-policy', database, retentionPolicy, measurement: '' } as const
    await this.#recordDrop(record, removal, removals)
  }

  async #forgetMeasurement(database: string, measurement: string): Promise<void> {
    const runtime = this.#state.runtime(database)
    const types = forgetTypes(runtime, (entry) => entry.measurement === measurement)
    runtime.fieldTypes.removeMeasurement(measurement)
    const series = forgetSeries(runtime, measurement)
    const removal = this.#state.storage.drop(
      (table) => table.database === database && table.measurement === measurement,
    )
    await this.#state.recordRemoval(removal, [...types, ...series])
  }

  /** What is gone is gone, whatever becomes of the record. */
  async #recordDrop(record: DropRecord, removal: FileRemoval, facts: readonly MetaChange[]): Promise<void> {
    this.#unlogged = [...this.#unlogged, record]
    try {
      await this.#logDrops()
    } finally {
      await this.#state.recordRemoval(removal, facts)
    }
  }

  #isStored(database: string, measurement: string): boolean {
    for (const { name } of this.#state.storage.tables()) {
      if (name.database === database && name.measurement === measurement) return true
    }
    return false
  }

  async #logDrops(): Promise<void> {
    while (this.#unlogged.length > 0) {
      await this.#append(this.#unlogged[0])
      this.#unlogged = this.#unlogged.slice(1)
    }
  }

  /** Not by way of a promise of its own: what the log has behind the drop must not be stored before the drop is carried out. */
  #append(record: DropRecord): Promise<bigint> {
    return this.#state.stores.wal.append(encodeRecord(record, NO_SERIES))
  }
}
