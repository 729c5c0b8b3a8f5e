import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { getHead, HttpConnection } from './http-connection.js'

/** A server that answers every request with the given bytes, split into pieces of `pieceLength`. */
async function answering<T>(answer: string, pieceLength: number, use: (connection: HttpConnection) => Promise<T>) {
  const server = createServer((socket) => socket.on('data', () => void sendPieces(socket, answer, pieceLength)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as { port: number }
  const connection = await HttpConnection.open(address.port)
  try {
    return await use(connection)
  } finally {
    connection.close()
    server.close()
  }
}

async function sendPieces(socket: Socket, answer: string, pieceLength: number) {
  socket.setNoDelay(true)
  for (let at = 0; at < answer.length; at += pieceLength) {
    socket.write(answer.slice(at, at + pieceLength))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n, new worl\r\n1\r\nd\r\n0\r\n\r\n'
const SIZED = 'HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n'
const EMPTY = 'HTTP/1.1 204 No Content\r\nX-Version: 1\r\n\r\n'

test.each([1, 2, 7, 1000])('answers are read whole when they arrive in pieces of %i bytes', async (pieceLength) => {
  for (const [text, status, body] of [
    [CHUNKED, 200, 'hello, new world'],
    [SIZED, 404, 'no\n'],
    [EMPTY, 204, ''],
  ] as const) {
    await answering(text, pieceLength, async (connection) => {
      for (let request = 0; request < 2; request++) {
        const answer = await connection.send([getHead('/')])
        expect([answer.status, answer.body.toString(), answer.byteCount]).toEqual([status, body, body.length])
      }
    })
  }
})
