import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createProxy, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { routes } from '@pollcast/shared/routes'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openTab } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url))
const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** The folder of the examples, with the packages that are installed here, on another site. */
const site = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const type = /\.m?js$/.test(pathname) ? 'text/javascript' : pathname.endsWith('.css') ? 'text/css' : 'text/html'
  const path = pathname.startsWith('/node_modules/reveal.js/') ? ROOT + pathname : EXAMPLES + pathname
  try {
    response.setHeader('Content-Type', type).end(readFileSync(path))
  } catch {
    response.writeHead(404).end()
  }
}).listen(0, '127.0.0.1')
beforeAll(async () => {
  if (!site.listening) await once(site, 'listening')
})
afterAll(() => site.close())
const page = (name: string) => `http://127.0.0.1:${(site.address() as AddressInfo).port}/${name}?url=${pollcast.url}`

const send = (path: string, body: object, more: RequestInit = {}) =>
  fetch(pollcast.url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    ...more,
    headers: { 'Content-Type': 'application/json', ...more.headers },
  })
const makePoll = async () => (await send(routes.polls, { question: 'Lunch?', choices: ['Pizza', 'Salad'] })).json()
const close = (pollId: string, hostKey: string) =>
  send(routes.poll(pollId), { status: 'closed' }, { method: 'PATCH', headers: { Authorization: `Bearer ${hostKey}` } })

/** An example that runs, until the test has ended. */
class Example {
  output = ''
  readonly exited: Promise<unknown[]>
  constructor(program: string, ...args: string[]) {
    const child: ChildProcess = spawn(program, args, { cwd: EXAMPLES })
    for (const from of [child.stdout, child.stderr]) {
      from?.setEncoding('utf8').on('data', (text) => {
        this.output += text
      })
    }
    this.exited = once(child, 'close')
    onTestFinished(() => void child.kill())
  }
  until(pattern: RegExp): Promise<void> {
    return expect.poll(() => this.output).toMatch(pattern)
  }
}

test('curl.sh makes a poll, votes, reads the results and closes it', async () => {
  const example = new Example('sh', 'curl.sh', pollcast.url)
  expect(await example.exited, example.output).toEqual([0, null])
  expect(example.output).toMatch(/Pizza,1,1,1\r\n.*Salad,0,0,1\r\nClosed: http:\S+\/polls\/\w{8}\n$/s)
})

test('node.mjs follows a poll until it is closed', async () => {
  const { poll, hostKey } = await makePoll()
  const example = new Example(process.execPath, 'node.mjs', pollcast.url, poll.id)
  await example.until(/^Pizza: 0, Salad: 0\n/)
  await send(routes.votes(poll.id), { choiceIds: [poll.choices[1].id] })
  await example.until(/\nPizza: 0, Salad: 1\n/)
  await close(poll.id, hostKey)
  expect(await example.exited, example.output).toEqual([0, null])
})

test('node.mjs goes on after it was cut off, and ends with a sentence where there is no such poll', async () => {
  const { poll, hostKey } = await makePoll()
  let isDown = false
  const proxy = createProxy((socket) => {
    if (isDown) return void socket.destroy()
    const onward = connect(Number(new URL(pollcast.url).port), '127.0.0.1')
    socket.pipe(onward).pipe(socket)
    for (const one of [socket, onward]) one.on('error', () => socket.destroy()).on('close', () => onward.destroy())
    sockets.push(socket)
  }).listen(0, '127.0.0.1')
  const sockets: Socket[] = []
  onTestFinished(() => void proxy.close())
  await once(proxy, 'listening')
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const example = new Example(process.execPath, 'node.mjs', url, poll.id)
  await example.until(/^Pizza: 0, Salad: 0\n/)
  isDown = true
  for (const socket of sockets) socket.destroy()
  await example.until(/fetch failed; trying again …\n/)
  await send(routes.votes(poll.id), { choiceIds: [poll.choices[1].id] })
  isDown = false
  await example.until(/\nPizza: 0, Salad: 1\n/)
  await close(poll.id, hostKey)
  expect(await example.exited, example.output).toEqual([0, null])

  const lost = new Example(process.execPath, 'node.mjs', pollcast.url, 'nothere2')
  expect(await lost.exited).toEqual([1, null])
  expect(lost.output).toMatch(/^[A-Z].*\.\n$/)
})

test('python.py makes a poll and follows it until it is closed', async () => {
  const example = new Example('python3', 'python.py', pollcast.url, 'Lunch?', 'Soup', 'Rice')
  await example.until(/\nSoup: 0, Rice: 0\n/)
  const [, code = '', hostKey = ''] = /\/r\/(\d+)\/host#(\S+)\n/.exec(example.output) ?? []
  const { poll } = await (await fetch(pollcast.url + routes.room(code))).json()
  await send(routes.votes(poll.id), { choiceIds: [poll.choices[0].id] })
  await example.until(/\nSoup: 1, Rice: 0\n/)
  await close(poll.id, hostKey)
  expect(await example.exited, example.output).toEqual([0, null])
})

test('browser.html shows a poll on another site, live', async () => {
  const { poll } = await makePoll()
  const tab = await openTab(await newVoter(), `${page('browser.html')}&poll=${poll.id}`)
  await tab.getByRole('heading', { name: 'Lunch?' }).waitFor()
  await tab.getByText('Pizza: 0').waitFor()
  await send(routes.votes(poll.id), { choiceIds: [poll.choices[0].id] })
  await tab.getByText('Pizza: 1').waitFor()
})

test('slides.html has the poll on its second slide, live', async () => {
  const { poll, room } = await makePoll()
  const tab = await openTab(await newVoter(), `${page('slides.html')}&room=${room.code}`)
  await tab.locator('.reveal.ready').waitFor()
  await tab.keyboard.press('ArrowRight')
  const frame = tab.frameLocator('iframe')
  await frame.getByText('Lunch?').first().waitFor()
  await send(routes.votes(poll.id), { choiceIds: [poll.choices[0].id] })
  await expect.poll(() => frame.locator('body').textContent()).toMatch(/Pizza[\s\S]*100\s?%/)
})
