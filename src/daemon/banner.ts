/** What a person sees when the server is ready: where it listens, where the data is, what to try, how to stop. */

export interface BannerFacts {
  readonly version: string
  readonly url: string
  readonly dataDir: string
  readonly isDev: boolean
  readonly isAuthEnabled: boolean
}

export function renderBanner({ version, url, dataDir, isDev, isAuthEnabled }: BannerFacts): string {
  const mode = isDev
    ? `DEVELOPMENT MODE: data in ${dataDir}, removed on exit; a write creates its database`
    : `data in ${dataDir}`
  const access = isAuthEnabled ? 'authentication on' : 'no authentication'
  const steps = [
    ...(isDev ? [] : [`curl -XPOST '${url}/query' --data-urlencode 'q=CREATE DATABASE demo'`]),
    `curl -XPOST '${url}/write?db=demo' --data-binary 'cpu,host=a usage=42.5'`,
    `hyperbyte query --host ${url} -d demo -e 'SELECT * FROM cpu'`,
  ]
  return [
    '',
    `  hyperbyte ${version} · ${mode} · ${access}`,
    `  InfluxDB API   ${url}`,
    ...steps.map((step, index) => `  ${index === 0 ? 'try' : '   '}            ${step}`),
    '  stop           Ctrl-C',
    '',
    '',
  ].join('\n')
}
