import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { VoteConnection } from './vote-connection.ts'

/** A connection to a server that answers the requests on it with these bytes, one after the other. */
async function connectionTo(...answers: string[]): Promise<VoteConnection> {
  const server = createServer((socket) => {
    socket.on('data', () => {
      const answer = answers.shift()
      if (answer === undefined) socket.destroy()
      // In two parts, so that the answer comes in pieces.
      else socket.write(answer.slice(0, 30), 'utf8', () => socket.write(answer.slice(30)))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const connection = new VoteConnection({ host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  onTestFinished(() => {
    connection.close()
    server.close()
  })
  return connection
}

const answer = (status: number, body: string) =>
  `HTTP/1.1 ${status} Words\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

test('each vote gets its own answer, whole', async () => {
  const connection = await connectionTo(answer(201, '{"text":"Tée"}'), answer(429, ''), answer(201, '{}'))
  const answers = []
  for (let vote = 0; vote < 3; vote += 1) answers.push(await connection.send('a vote'))
  expect(answers.map(({ status, text }) => [status, text()])).toEqual([
    [201, '{"text":"Tée"}'],
    [429, ''],
    [201, '{}'],
  ])
})

test('a vote without an answer rejects, because it may count or not, and the next one is sent on a new connection', async () => {
  const connection = await connectionTo('HTTP/1.1 201 Created\r\n\r\n', answer(201, '{}'))
  await expect(connection.send('a vote')).rejects.toThrow('without Content-Length')
  expect((await connection.send('a vote')).status).toBe(201)
  await expect(connection.send('a vote')).rejects.toThrow(/closed before the vote was answered|ECONNRESET/)
})
