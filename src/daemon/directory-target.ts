/**
 * A local data directory as a `Target`: the engine inside this process, while no server has the directory. Answers go
 * through the same encoders as a server's, so that a command prints the same for both.
 */

import { gunzipSync } from 'node:zlib'
import { ClientError } from '../client/client-error.js'
import { columnsOfFrame } from '../client/columns-of-frame.js'
import type { QueryCall, WriteCall } from '../client/http-client.js'
import { parseAnswers } from '../client/parse-answers.js'
import type { QueryAnswer } from '../client/query-answer.js'
import type { ColumnWriteCall, ReadCall, Target } from '../client/target.js'
import { kindOfStatementError, translateAnswer } from '../client/translate-answer.js'
import {
  type Engine,
  type EngineOptions,
  openEngine,
  type PointColumns,
  type Precision,
  type QueryEvent,
  type QueryLimits,
} from '../engine/index.js'
import { encoderOf } from './http/encode/encoder-of.js'
import type { ResultEncoder } from './http/encode/result-encoder.js'
import { parseBindParams } from './http/parse-bind-params.js'

/** Whoever may open the directory may ask anything of it. */
const NO_LIMITS: QueryLimits = {
  maxSelectPoint: 0,
  maxSelectSeries: 0,
  maxSelectBuckets: 0,
  maxRowLimit: 0,
  timeoutMs: 0,
}

const CHUNK_ROW_COUNT = 10_000

export class DirectoryTarget implements Target {
  readonly kind = 'directory'
  readonly name: string
  /** For operations that have a faster way than text. Closed with the target. */
  readonly engine: Engine
  readonly #nowNs: () => bigint
  readonly #controller = new AbortController()

  private constructor(options: EngineOptions, engine: Engine) {
    this.name = options.dataDir
    this.engine = engine
    this.#nowNs = options.nowNs
  }

  /** Creates the directory when it does not exist. Throws `locked` when another process has it. */
  static async open(options: EngineOptions): Promise<DirectoryTarget> {
    return new DirectoryTarget(options, await openEngine(options))
  }

  query(call: QueryCall): AsyncIterable<QueryAnswer> {
    return parseAnswers(this.#encode(call, true))
  }

  async queryText(call: QueryCall): Promise<string> {
    let text = ''
    for await (const piece of this.#encode(call, false)) text += piece
    return text
  }

  async write({ database, retentionPolicy, precision, body, isCompressed }: WriteCall): Promise<void> {
    const { message } = await this.engine.write({
      database,
      retentionPolicy,
      precision: precision as Precision,
      format: 'line-protocol',
      body: isCompressed ? gunzipSync(body) : body,
      nowNs: this.#nowNs(),
    })
    this.#refuse(message)
  }

  /** A server says the same with this status. */
  #refuse(message: string | null): void {
    if (message === null) return
    throw translateAnswer({ status: 400, body: JSON.stringify({ error: message }), place: this.name })
  }

  async *readColumns({ text, database, signal }: ReadCall): AsyncGenerator<PointColumns> {
    const call = { text, database, retentionPolicy: '', epoch: 'ns', paramsJson: '', isPretty: false, signal }
    for await (const event of this.#run(call)) {
      signal.throwIfAborted()
      if (event.kind === 'frame') yield columnsOfFrame(event.frame)
      else if (event.error !== null) throw new ClientError(kindOfStatementError(event.error), event.error)
    }
  }

  async writeColumns({ database, retentionPolicy, columns }: ColumnWriteCall): Promise<number> {
    const nowNs = this.#nowNs()
    const { message } = await this.engine.writeColumns({ database, retentionPolicy, columns, nowNs })
    this.#refuse(message)
    return 0
  }

  flush(): Promise<void> {
    return this.engine.flush()
  }

  async close(): Promise<void> {
    this.#controller.abort()
    await this.engine.close()
  }

  async *#encode(call: QueryCall, isChunked: boolean): AsyncGenerator<string> {
    const { epoch, isPretty, chunkRowCount } = call
    const chunkSize = chunkRowCount || CHUNK_ROW_COUNT
    const encoder = encoderOf('application/json', { epoch, isPretty, isChunked, chunkSize })
    const decoder = new TextDecoder()
    for await (const piece of encodeEvents(this.#run(call), encoder)) yield decoder.decode(piece, { stream: true })
    yield decoder.decode()
  }

  #run({ text, database, retentionPolicy, paramsJson, signal }: QueryCall): AsyncIterable<QueryEvent> {
    return this.engine.query({
      text,
      database,
      retentionPolicy,
      params: parseBindParams(paramsJson),
      isReadOnlyContext: false,
      nowNs: this.#nowNs(),
      limits: NO_LIMITS,
      authorizer: null,
      signal: signal === undefined ? this.#controller.signal : AbortSignal.any([signal, this.#controller.signal]),
    })
  }
}

async function* encodeEvents(events: AsyncIterable<QueryEvent>, encoder: ResultEncoder): AsyncGenerator<Buffer> {
  for await (const event of events) {
    yield* encoder.encode(event)
    if (encoder.isFinished) return
  }
  yield* encoder.end()
}
