import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { roomSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../../testing/built-server.ts'
import { ChildServer } from '../../testing/child-server.ts'
import { tempFolder } from '../../testing/temp-folder.ts'
import { Voter } from '../../testing/voter.ts'

/** What `npm install -g` of the tarball makes, in a prefix of its own, for a user who has nothing yet. */
let prefix: string
let tarball: string

/** The headers of this Node: node-gyp would download them, which not every machine may. */
const nodedir = dirname(dirname(process.execPath))
const headers = existsSync(join(nodedir, 'include/node/node.h')) ? { npm_config_nodedir: nodedir } : {}

/** Of this machine, what its network needs, and nothing that npm and vitest have set for these tests. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_ENV$|^VITEST|^INIT_CWD$/i.test(name)),
)

beforeAll(async () => {
  const folder = tempFolder(afterAll)
  const home = join(folder, 'home')
  prefix = join(folder, 'prefix')
  for (const made of [home, prefix]) mkdirSync(made)
  const run = promisify(execFile)
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT })
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '')
  await run('npm', ['install', '-g', '--prefix', prefix, tarball], {
    cwd: folder,
    env: { ...environment, HOME: home, ...headers },
  })
})

const pollcast = (args: readonly string[], environment: Record<string, string> = {}): ChildServer => {
  const env = { PATH: process.env.PATH, ...environment }
  const child = new ChildServer([join(prefix, 'bin/pollcast'), ...args], { cwd: tempFolder(), env })
  onTestFinished(() => child.end())
  return child
}

const done = async (args: readonly string[], environment?: Record<string, string>): Promise<string> => {
  const child = pollcast(args, environment)
  expect(await child.exited, child.output).toBe(0)
  return child.output
}

const openServer = async (environment: Record<string, string>) => {
  const server = pollcast([], { HOST: '127.0.0.1', PORT: '0', RATE_LIMIT: 'off', ...environment })
  const [url] = await server.until(/http:\/\/127\.0\.0\.1:\d+/)
  return { server, url }
}

test('the tarball has what runs, and neither sources nor tests', () => {
  const names = execFileSync('tar', ['tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
  const own = names.filter((name) => !/\/node_modules\/(?!@pollcast)/.test(name))
  expect(own.filter((name) => /\.(ts|map|vue)$|\btest|\bsrc\//.test(name))).toEqual([])
  expect(own).toContain('package/apps/web/dist/index.html')
})

test('--version and --help answer', async () => {
  expect(await done(['--version'])).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(await done(['--help'])).toMatch(/^Pollcast, .+\n\nUsage: pollcast/)
})

test('it serves the pages, takes polls and votes, and shows them in the terminal', async () => {
  const { server, url } = await openServer({ DATABASE_URL: `sqlite:${join(tempFolder(), 'polls.sqlite')}` })
  const page = await (await fetch(url)).text()
  const [, script = ''] = /<script type="module"[^>]* src="([^"]+)"/.exec(page) ?? []
  expect((await fetch(new URL(script, url))).status).toBe(200)

  const made = await done(['create', 'Lunch?', 'Pizza', 'Salad', '--url', url])
  const [, code = ''] = /\/r\/(\d+)\n/.exec(made) ?? []
  const { poll } = roomSchema.parse(await (await fetch(url + routes.room(code))).json())
  const chart = pollcast(['watch', code, '--url', url])
  await chart.until(/Lunch\?\n\nPizza\n/)
  await new Voter(url).vote(poll?.id ?? '', poll?.choices[0]?.id ?? 0)
  await chart.until(/ 100% {2}1\n/)

  const doctor = pollcast(['doctor', url, '--quick', '--poll', poll?.id ?? ''])
  // It has no TLS, which the doctor remarks.
  expect(await doctor.exited).toBe(1)
  expect(doctor.output).toMatch(/\nok {4}first event {6}after \d+ ms\n[\s\S]+\nIn the way: 1\./)

  server.signal('SIGTERM')
  expect(await server.exited).toBe(0)
})

test('backup, restore, export and import carry a poll from database to database', async () => {
  const folder = tempFolder()
  const at = (name: string) => ({ DATABASE_URL: `sqlite:${join(folder, name)}` })
  const { server, url } = await openServer(at('polls.sqlite'))
  const [, code = ''] = /\/r\/(\d+)\n/.exec(await done(['create', 'Lunch?', 'Pizza', 'Salad', '--url', url])) ?? []
  await done(['backup', join(folder, 'backup')], at('polls.sqlite'))
  await done(['export', join(folder, 'export')], at('polls.sqlite'))
  server.signal('SIGTERM')
  await server.exited
  await done(['restore', join(folder, 'backup')], at('restored.sqlite'))
  await done(['import', join(folder, 'export')], at('imported.sqlite'))
  for (const name of ['restored.sqlite', 'imported.sqlite']) {
    const { url } = await openServer(at(name))
    const { poll } = roomSchema.parse(await (await fetch(url + routes.room(code))).json())
    expect(poll?.question).toBe('Lunch?')
  }
})
