/**
 * Timestamps: an integer in the request's precision, or an instant of its own precision as an extension value: type -1
 * (MessagePack's timestamp) or type 5 (`| seconds i64 | nanoseconds u32 |`, what InfluxDB answers queries with).
 */

import { TIMESTAMP_NS_MAX, TIMESTAMP_NS_MIN } from '../domain/time-range.js'
import { MessagePackFault, type MessagePackReader } from './message-pack-reader.js'

const NS_PER_SECOND = 1_000_000_000n
const EXTENSION_TIMESTAMP = -1
const EXTENSION_INFLUXDB_TIME = 5

export function readTimestampNs(reader: MessagePackReader, unitNs: bigint): bigint {
  const isInstant = reader.kind() === 'extension'
  return checkTimestamp(isInstant ? readInstant(reader) : BigInt(reader.readInteger()) * unitNs)
}

export function checkTimestamp(timeNs: bigint): bigint {
  if (timeNs < TIMESTAMP_NS_MIN || timeNs > TIMESTAMP_NS_MAX) {
    throw new MessagePackFault(`time outside range ${TIMESTAMP_NS_MIN} - ${TIMESTAMP_NS_MAX}`)
  }
  return timeNs
}

function readInstant(reader: MessagePackReader): bigint {
  const { type, data } = reader.readExtension()
  if (type === EXTENSION_INFLUXDB_TIME && data.length === 12) {
    return data.readBigInt64BE(0) * NS_PER_SECOND + BigInt(data.readUInt32BE(8))
  }
  if (type === EXTENSION_TIMESTAMP) {
    switch (data.length) {
      case 4:
        return BigInt(data.readUInt32BE(0)) * NS_PER_SECOND
      case 8: {
        const packed = data.readBigUInt64BE(0)
        return (packed & 0x3ffffffffn) * NS_PER_SECOND + (packed >> 34n)
      }
      case 12:
        return data.readBigInt64BE(4) * NS_PER_SECOND + BigInt(data.readUInt32BE(0))
    }
  }
  throw new MessagePackFault(`extension of type ${type} with ${data.length} bytes is no timestamp`)
}
