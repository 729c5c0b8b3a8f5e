/**
 * `max-row-limit`: cuts an answer that is not chunked after so many rows. The series that was cut says `partial`;
 * everything after it, later statements included, is left out.
 */

import type { QueryEvent } from '../../engine/index.js'

export async function* limitRows(events: AsyncIterable<QueryEvent>, rowCountMax: number): AsyncIterable<QueryEvent> {
  let left = rowCountMax
  for await (const event of events) {
    if (event.kind === 'statement-end') {
      yield event
      continue
    }
    const { frame } = event
    if (frame.rowCount < left) {
      left -= frame.rowCount
      yield event
      continue
    }
    const isPartial = frame.rowCount > left || frame.isPartial
    yield { ...event, frame: { ...frame, rowCount: left, isPartial } }
    yield { kind: 'statement-end', statementId: event.statementId, messages: [], error: null }
    return
  }
}
