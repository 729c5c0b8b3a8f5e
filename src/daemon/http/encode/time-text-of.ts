/** The writer of a frame's times: UTC, or the clocks of a time zone. One each is kept, with the day it saw last. */

import { TimeText } from './time-text.js'
import { zoneOffsetsOf } from './zone-offsets.js'

const UTC = new TimeText()

/** Zones are few, but their names come from queries. */
const ZONE_COUNT_MAX = 64

const zones = new Map<string, TimeText>()

export function timeTextOf(timeZone: string | undefined): TimeText {
  if (timeZone === undefined || timeZone === 'UTC') return UTC
  let time = zones.get(timeZone)
  if (time === undefined) {
    if (zones.size >= ZONE_COUNT_MAX) zones.clear()
    time = new TimeText(zoneOffsetsOf(timeZone))
    zones.set(timeZone, time)
  }
  return time
}
