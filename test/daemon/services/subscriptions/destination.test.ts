import { createSocket } from 'node:dgram'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { cutIntoDatagrams, openDestination } from '../../../../src/daemon/services/subscriptions/destination.js'
import { listen } from '../../../support/listen.js'

const OPTIONS = { timeoutMs: 1000, isCertificateChecked: true }
const TARGET = { database: 'db', retentionPolicy: 'r p' }
const NEVER = new AbortController().signal

test('an HTTP destination is asked the way influxd asks it', async () => {
  const asked: unknown[] = []
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const piece of req) body += piece
    const { 'user-agent': agent, authorization } = req.headers
    asked.push([req.method, req.url, agent, authorization, body])
    res.writeHead(asked.length === 1 ? 204 : 500).end()
  })
  const { host } = new URL(await listen(server))
  const destination = openDestination(`http://u:p@${host}/pre/?x=1`, TARGET, OPTIONS)
  await destination.send(Buffer.from('m v=1 1\n'), NEVER)
  expect(asked).toEqual([
    ['POST', '/pre/write?consistency=&db=db&precision=ns&rp=r+p&x=1', 'InfluxDBClient', 'Basic dTpw', 'm v=1 1\n'],
  ])
  await expect(destination.send(Buffer.from('m v=1 1\n'), NEVER)).rejects.toThrow('status 500')
  await destination.close()
  await new Promise((resolve) => server.close(resolve))
  await expect(destination.send(Buffer.from('m v=1 1\n'), NEVER)).rejects.toThrow()
})

test('a UDP destination gets datagrams of whole lines', async () => {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const received = new Promise<string>((resolve) => socket.once('message', (message) => resolve(String(message))))
  const destination = openDestination(`udp://127.0.0.1:${socket.address().port}`, TARGET, OPTIONS)
  await destination.send(Buffer.from('m v=1 1\nm v=2 2\n'), NEVER)
  expect(await received).toBe('m v=1 1\nm v=2 2\n')
  await destination.close()
  socket.close()
})

test('datagrams are filled up to their size, and a long line goes alone', () => {
  const short = `${'s'.repeat(199)}\n`
  const long = `${'l'.repeat(999)}\n`
  const datagrams = [...cutIntoDatagrams(Buffer.from(short + short + short + long + short))]
  expect(datagrams.map((datagram) => datagram.length)).toEqual([400, 200, 1000, 200])
})

test('a port that no host has is found when the destination is opened', () => {
  expect(() => openDestination('http://host:99999', TARGET, OPTIONS)).toThrow()
})
