/** The writer of a frame's times: UTC, or the clocks of a time zone. */

import { TimeText } from './time-text.js'

const UTC = new TimeText()

export function timeTextOf(_timeZone: string | undefined): TimeText {
  return UTC
}
