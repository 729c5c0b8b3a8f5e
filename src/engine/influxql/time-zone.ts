/**
 * Time zones by IANA name, from the platform's own data.
 */

/** The name if the zone exists ('' is UTC), otherwise null. Offsets such as `+01:00` are no zones to InfluxDB. */
export function zoneOf(name: string): string | null {
  if (name === '' || name === 'UTC') return 'UTC'
  if (!/^[A-Z]/.test(name)) return null
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return name
  } catch {
    return null
  }
}
