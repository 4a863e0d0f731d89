import { setTimeout as pause } from 'node:timers/promises'
import { routes } from '@pollcast/shared/routes'
import type { Random } from '../processes/random.ts'
import { AttackConnection } from './support/attack-connection.ts'
import type { Attack } from './support/attack-context.ts'
import type { AttackedPoll, AttackedServer } from './support/attacked-server.ts'
import { Bystander } from './support/bystander.ts'
import { get, JSON_TYPE, request, vote } from './support/requests.ts'

const TIMES = 100
const AT_ONCE = 20
/** Lines in the log about a minute of client faults. */
const MAX_LINES = 8
const MAX_BYTES = 4000

type Misdeed = (connection: AttackConnection) => Promise<void> | void

/** Client faults with a secret in what is sent: only a count of them may be logged. */
export const log: Attack = {
  name: 'log',
  about: 'garbage, TLS and broken requests with a secret cookie: what of it is logged',
  async run(context) {
    const { verdict, random } = context
    const server = await context.open()
    const poll = await server.createPoll()
    const secret = `secret${random.whole(1e8, 9e8)}`
    const bystander = await Bystander.start(server)
    await pause(500)
    const before = server.output.length
    for (const [what, misdeed] of Object.entries(misdeeds(server, poll, secret, random))) {
      context.say(what)
      for (let time = 0; time < TIMES; time += AT_ONCE) {
        await Promise.all(Array.from({ length: AT_ONCE }, () => commit(server, misdeed)))
      }
    }
    await pause(1000)
    await bystander.judge(verdict)
    const said = server.output.slice(before)
    verdict.none(
      'ways in which the secret is in the log',
      spellings(secret).filter((text) => said.includes(text)),
    )
    verdict.atMost('lines added to the log', said.split('\n').length - 1, MAX_LINES)
    verdict.atMost('bytes added to the log', said.length, MAX_BYTES)
    verdict.none('stacks in the log', said.match(/\bat (?:\S+ \()?(?:node:|file:|\/)[^\s"\\)]+/g) ?? [])
    verdict.equal('servers that are still there', server.running ? 1 : 0, 1)
  },
}

async function commit(server: AttackedServer, misdeed: Misdeed): Promise<void> {
  const connection = new AttackConnection(server)
  await misdeed(connection)
  connection.leave()
}

function misdeeds(server: AttackedServer, poll: AttackedPoll, secret: string, random: Random): Record<string, Misdeed> {
  const cookie = { Cookie: `voter=${secret}` }
  const path = routes.votes(poll.id)
  const garbage = () => Buffer.from(Array.from({ length: 500 }, () => random.whole(0, 255))).toString('latin1')
  const unfinished = request(server, 'POST', path, { ...JSON_TYPE, ...cookie, 'Content-Length': '100' })
  const answered = (connection: AttackConnection) => connection.until(() => connection.text !== '', 2000)
  const over = (connection: AttackConnection) => connection.until(() => connection.how !== undefined, 100)
  return {
    'bytes after Connection: close': async (connection) => {
      const last = get(server, routes.polls, { ...cookie, Connection: 'close' })
      connection.send(last + get(server, routes.polls, cookie))
      await answered(connection)
      connection.send(get(server, routes.polls, cookie) + garbage())
      await over(connection)
    },
    'a TLS hello': async (connection) => {
      connection.send(Buffer.concat([Buffer.from('16030102000100', 'hex'), Buffer.from(secret), Buffer.alloc(300, 7)]))
      await over(connection)
    },
    'binary noise': async (connection) => {
      connection.send(garbage() + secret)
      await over(connection)
    },
    'an invalid header': async (connection) => {
      connection.send(`GET / HTTP/1.1\r\nHost: a\r\nCookie: ${secret}\r\nbad header\x01: ${secret}\r\n\r\n`)
      await over(connection)
    },
    'headers that are too large': async (connection) => {
      connection.send(get(server, '/', { Cookie: secret.repeat(2000) }))
      await over(connection)
    },
    'an invalid chunk': async (connection) => {
      connection.send(
        `${request(server, 'POST', path, { ...JSON_TYPE, ...cookie, 'Transfer-Encoding': 'chunked' })}${secret}`,
      )
      await over(connection)
    },
    'an invalid chunk, sent to a page': async (connection) => {
      const headers = { ...cookie, Accept: 'text/html', 'Transfer-Encoding': 'chunked' }
      connection.send(`${get(server, routes.listPage, headers)}0\rx`)
      await over(connection)
    },
    'a client that leaves in mid-body': async (connection) => {
      connection.send(`${unfinished}{"${secret}`)
      await pause(10)
    },
    'a client that is cut off in mid-body': async (connection) => {
      connection.send(`${unfinished}{"${secret}`)
      await pause(10)
      connection.reset()
    },
    'a client that leaves before the answer': (connection) => void connection.send(vote(server, poll, cookie)),
    'a client that is cut off before the answer': async (connection) => {
      connection.send(vote(server, poll, cookie))
      await pause(1)
      connection.reset()
    },
    'a client that is cut off in mid-stream': async (connection) => {
      connection.send(get(server, routes.stream(poll.id), cookie))
      await answered(connection)
      connection.reset()
    },
    'bodies that are not JSON': async (connection) => {
      connection.send(request(server, 'POST', path, { ...JSON_TYPE, ...cookie }, secret))
      await answered(connection)
    },
    'invalid URLs': async (connection) => {
      connection.send(get(server, `http://[${secret}`, cookie) + get(server, `/%zz${secret}`, cookie))
      await answered(connection)
    },
    'a CONNECT': async (connection) => {
      connection.send(request(server, 'CONNECT', `${secret}:443`, cookie))
      await over(connection)
    },
  }
}

/** The secret as it is, and as it would be in a dump of bytes. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const inner = bytes.subarray(0, 15)
  return [
    secret,
    [...bytes].join(','),
    bytes.toString('hex'),
    inner.toString('base64'),
    bytes.toString('hex').replace(/..(?!$)/g, '$& '),
  ]
}
