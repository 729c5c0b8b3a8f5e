/** `08:00-18:00`: hours of the day, local time, in which a source is left alone. May pass midnight. Pure. */

export interface QuietHours {
  readonly startMinute: number
  readonly endMinute: number
}

const MINUTES_PER_DAY = 24 * 60

/** null when the text is no such span. */
export function parseQuietHours(text: string): QuietHours | null {
  const match = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/.exec(text)
  if (match === null) return null
  const [startHour, startMinute, endHour, endMinute] = match.slice(1).map(Number)
  if (startHour > 23 || endHour > 24 || startMinute > 59 || endMinute > 59) return null
  const hours = { startMinute: startHour * 60 + startMinute, endMinute: (endHour * 60 + endMinute) % MINUTES_PER_DAY }
  return hours.startMinute === hours.endMinute ? null : hours
}

/** Milliseconds until the quiet hours are over; 0 outside of them. */
export function quietMs({ startMinute, endMinute }: QuietHours, now: Date): number {
  const minute = now.getHours() * 60 + now.getMinutes()
  const isQuiet =
    startMinute < endMinute ? minute >= startMinute && minute < endMinute : minute >= startMinute || minute < endMinute
  if (!isQuiet) return 0
  const minutesLeft = (endMinute - minute + MINUTES_PER_DAY) % MINUTES_PER_DAY
  return minutesLeft * 60_000 - now.getSeconds() * 1000 - now.getMilliseconds()
}
