import { once } from 'node:events'
import { createServer, type RequestListener, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createdPollSchema, roomSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { seenSchema } from '@pollcast/shared/seen'
import { expect, onTestFinished, test } from 'vitest'
import { MAIN } from '../testing/built-server.ts'
import { ChildServer } from '../testing/child-server.ts'
import { freePort } from '../testing/free-port.ts'
import { Host } from '../testing/host.ts'
import { ServerProcess } from '../testing/server-process.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { Voter } from '../testing/voter.ts'

/** Begins what a terminal carries out instead of showing. */
const ESC = '\x1b'

const pollcast = (args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildServer => {
  const env = { PATH: process.env.PATH, ...environment }
  const child = new ChildServer([process.execPath, MAIN, ...args], { cwd: tempFolder(), env })
  onTestFinished(() => child.end())
  return child
}

const openServer = async (environment: Record<string, string> = {}) => {
  const server = new ServerProcess({ DATABASE_URL: `sqlite:${join(tempFolder(), 'polls.sqlite')}`, ...environment })
  return { server, ...(await server.address()) }
}

/** Makes a poll as someone at a terminal does. */
const createRoom = async (url: string) => {
  const made = pollcast(['create', 'Lunch?', 'Pizza', 'Salad', '--url', `${url}/`])
  expect(await made.exited).toBe(0)
  const [, code = ''] = /\nJoin {4}\S+\/r\/(\d+)\n/.exec(made.output) ?? []
  const [, hostKey = ''] = /\nHost {4}\S+\/host#(\S+)\n/.exec(made.output) ?? []
  const host = new Host(url, code, hostKey)
  const { poll } = roomSchema.parse(await (await fetch(url + routes.room(code))).json())
  const vote = (index: number) => new Voter(url).vote(poll?.id ?? '', poll?.choices[index]?.id ?? 0)
  return { code, host, poll, vote, output: made.output }
}

test('create makes a poll, and prints its code and its links', async () => {
  const { url } = await openServer()
  const { code, output, poll } = await createRoom(url)
  expect(output).toBe(`Lunch?

Code    ${code.slice(0, 3)} ${code.slice(3)}
Join    ${url}/r/${code}
Screen  ${url}/r/${code}/screen
Host    ${url}/r/${code}/host#${/#(\S+)/.exec(output)?.[1]}

Keep the host link for yourself: who has it runs the room, and it is not shown again.
`)
  expect(poll?.choices.map(({ text }) => text)).toEqual(['Pizza', 'Salad'])
})

test('create asks the server of this machine at PORT, and shows it CREATE_KEY', async () => {
  const CREATE_KEY = 'correct-horse-battery'
  const { port } = await openServer({ CREATE_POLLS: 'key', CREATE_KEY })
  const PORT = String(port)
  const refused = pollcast(['create', 'Lunch?', 'Pizza', 'Salad'], { PORT })
  expect(await refused.exited).toBe(1)
  expect(refused.output).toMatch(/^[A-Z].+key.+\.\n$/i)
  const made = pollcast(['create', 'Lunch?', 'Pizza', 'Salad'], { PORT, CREATE_KEY })
  expect(await made.exited).toBe(0)
})

test('what the server refuses is said, with the place', async () => {
  const { url } = await openServer()
  const child = pollcast(['create', 'Lunch?', 'Pizza', 'Pizza', '--url', url])
  expect(await child.exited).toBe(1)
  expect(child.output).toMatch(/^\S.+\n {2}choices\.?\[?1\]?: Already in the list\.\n$/)
})

test.each([[['create', 'Lunch?', 'Pizza', 'Salad']], [['watch', '472915']]])(
  '%j says where nothing answers',
  async (args) => {
    const url = `http://127.0.0.1:${await freePort()}`
    const child = pollcast([...args, '--url', url])
    expect(await child.exited).toBe(1)
    expect(child.output).toMatch(new RegExp(`^There is no answer from ${url} \\(ECONNREFUSED\\)\\. .+\n$`))
  },
)

test('watch, piped, writes each change: votes, a move, a deletion, which ends it', async () => {
  const { url } = await openServer()
  const { code, host, vote } = await createRoom(url)
  const child = pollcast(['watch', `${code.slice(0, 3)}-${code.slice(3)}`, '--url', url])
  await child.until(/^Lunch\?\n\nPizza\n +0% {2}0\nSalad\n/)
  await vote(0)
  await child.until(/\nPizza\n█+ +100% {2}1\nSalad\n.+ 0% {2}0\n\n1 voter · open · code /)
  const dessert = await host.add({ question: 'Dessert?' })
  await host.move(dessert.id)
  await child.until(/\n\nDessert\?\n\nCake\n/)
  await host.ask(routes.room(code), { method: 'DELETE' })
  expect(await child.exited).toBe(0)
  expect(child.output).toMatch(/\nThe room has been deleted\.\n$/)
  expect(child.output).not.toContain(ESC)
})

test('watch, on a terminal, draws in place and leaves the terminal as it was', async () => {
  const { url } = await openServer()
  const { code, host } = await createRoom(url)
  const command = [process.execPath, MAIN, 'watch', code, '--url', url].join(' ')
  const child = new ChildServer(['script', '-qec', `stty rows 24 cols 80; ${command}`, '/dev/null'], {
    cwd: tempFolder(),
    env: process.env,
  })
  onTestFinished(() => child.end())
  // Lines are cut where the screen ends, so that none pushes another off.
  await child.until(new RegExp(`${ESC}\\[\\?1049h.*${ESC}\\[\\?7l${ESC}\\[HLunch\\?`))
  await host.ask(routes.room(code), { method: 'DELETE' })
  expect(await child.exited).toBe(0)
  expect(child.output).toMatch(new RegExp(`${ESC}\\[\\?1049lLunch\\?[\\s\\S]+The room has been deleted\\.\r\n$`))
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('watch, on a terminal, leaves that as it was at a %s too', async (signal, exitCode) => {
  const { url } = await openServer()
  const { code } = await createRoom(url)
  // The shell tells its own number, which the program has after it.
  const script = `echo pid $$.; exec ${process.execPath} ${MAIN} watch ${code} --url ${url}`
  const child = new ChildServer(['script', '-qec', script, '/dev/null'], { cwd: tempFolder(), env: process.env })
  onTestFinished(() => child.end())
  const [, pid = ''] = await child.until(/pid (\d+)\./)
  await child.until(/Lunch\?/)
  process.kill(Number(pid), signal)
  expect(await child.exited).toBe(exitCode)
  expect(child.output).toMatch(new RegExp(`${ESC}\\[\\?7h${ESC}\\[\\?25h${ESC}\\[\\?1049l$`))
})

/** Something else than a Pollcast, which gives every request this answer. */
const openOther = (status: number, type: string, body: string) =>
  open((_, response) => response.writeHead(status, { 'Content-Type': type }).end(body))

const open = async (listener: RequestListener) => {
  const server = createServer(listener)
  onTestFinished(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test.each([[['create', 'Lunch?', 'Pizza', 'Salad']], [['watch', '472915']]])(
  '%j says where something else than a Pollcast answers',
  async (args) => {
    const url = await openOther(200, 'text/html', '<h1>Welcome</h1>')
    const child = pollcast([...args, '--url', url])
    expect(await child.exited).toBe(1)
    expect(child.output).toBe(`${url} answers 200, and not as a Pollcast of this version does.\n`)
  },
)

test.each([[['create', 'Lunch?', 'Pizza', 'Salad']], [['watch', '472915']]])(
  '%j prints nothing of what a server says that a terminal would carry out',
  async (args) => {
    const title = `${ESC}]0;owned\x07`
    const problem = {
      title,
      status: 422,
      code: 'invalid-body',
      detail: `No.${title}`,
      errors: [{ path: `choices${title}`, message: `Bad.${title}` }],
    }
    const url = await openOther(422, 'application/problem+json', JSON.stringify(problem))
    const child = pollcast([...args, '--url', url])
    expect(await child.exited).toBe(1)
    expect(child.output).toBe('No.]0;owned\n  choices]0;owned: Bad.]0;owned\n')
  },
)

test('create and doctor print nothing of an answer that a terminal would carry out', async () => {
  const { url } = await openServer()
  const body = JSON.stringify({ question: 'Lunch?', choices: ['Pizza', 'Salad'] })
  const made = await fetch(url + routes.polls, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body,
  })
  const { poll, room, hostKey } = createdPollSchema.parse(await made.json())
  const created = { poll: { ...poll, question: `Lunch${ESC}c?` }, room: { ...room, joinUrl: `${ESC}c` }, hostKey }
  const other = await openOther(201, 'application/json', JSON.stringify(created))
  const child = pollcast(['create', 'Lunch?', 'Pizza', 'Salad', '--url', other])
  expect(await child.exited).toBe(0)
  expect(child.output).toMatch(/^Lunchc\?\n/)
  expect(child.output).not.toContain(ESC)

  const seen = seenSchema.parse(await (await fetch(url + routes.seen)).json())
  const strange = await open((incoming, response) => {
    if (incoming.url?.startsWith(routes.seen)) {
      return response
        .setHeader('Content-Type', 'application/json')
        .end(JSON.stringify({ ...seen, host: `here${ESC}c` }))
    }
    const { method, headers } = incoming
    const passedOn = request(new URL(incoming.url ?? '', url), { method, headers }, (answer) => {
      answer.pipe(response.writeHead(answer.statusCode ?? 0, answer.headers))
    })
    incoming.pipe(passedOn)
  })
  const doctor = pollcast(['doctor', strange, '--quick', '--poll', poll.id])
  await doctor.exited
  expect(doctor.output).toContain('herec\n')
  expect(doctor.output).not.toContain(ESC)
})

test('watch goes on after the server was restarted', async () => {
  const path = join(tempFolder(), 'polls.sqlite')
  const first = await ServerProcess.open(path)
  const { code, vote } = await createRoom(first.url)
  const child = pollcast(['watch', code, '--url', first.url])
  await child.until(/^Lunch\?\n/)
  first.signal('SIGTERM')
  await first.exited
  await child.until(/The connection is lost\. Connecting again …/)
  const again = new ServerProcess({ DATABASE_URL: `sqlite:${path}`, PORT: String(first.port) })
  await again.address()
  await vote(1)
  await child.until(/\nSalad\n█+ +100% {2}1\n\n1 voter/)
})

test('watch ends where the room was deleted while it had no connection', async () => {
  const path = join(tempFolder(), 'polls.sqlite')
  const first = await ServerProcess.open(path)
  const { code, host } = await createRoom(first.url)
  const child = pollcast(['watch', code, '--url', first.url])
  await child.until(/^Lunch\?\n/)
  first.signal('SIGTERM')
  await first.exited
  const elsewhere = await ServerProcess.open(path)
  await new Host(elsewhere.url, code, host.key).ask(routes.room(code), { method: 'DELETE' })
  elsewhere.signal('SIGTERM')
  await elsewhere.exited
  await new ServerProcess({ DATABASE_URL: `sqlite:${path}`, PORT: String(first.port) }).address()
  expect(await child.exited).toBe(0)
  expect(child.output).toMatch(/\nThe room has been deleted\.\n$/)
})

test('watch says that there is no such room', async () => {
  const { url } = await openServer()
  const child = pollcast(['watch', '000000', '--url', url])
  expect(await child.exited).toBe(1)
  expect(child.output).toMatch(/^.*room.*\n$/)
})

test('what is piped to a program that stops reading ends without an error', async () => {
  const { url } = await openServer()
  const { code, vote } = await createRoom(url)
  const command = `${process.execPath} ${MAIN} watch ${code} --url ${url} | head -n 1`
  const child = new ChildServer(['sh', '-c', command], { cwd: tempFolder(), env: process.env })
  onTestFinished(() => child.end())
  await child.until(/^Lunch\?\n$/)
  // It notices with the next change.
  await vote(0)
  expect(await child.exited).toBe(0)
  expect(child.stderr).toBe('')
})
