import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../testing/built-server.ts'
import { certificateFiles } from '../testing/certificate.ts'
import { ChildServer } from '../testing/child-server.ts'
import { programOf } from '../testing/debian-package.ts'
import { blocksOf, docs, fencesOf } from '../testing/docs-commands.ts'
import { freePort } from '../testing/free-port.ts'
import { createDatabase, postgresServer } from '../testing/postgres.ts'
import { redisUrl } from '../testing/redis.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { createPoll } from '../testing/voter.ts'

afterAll(async () => (await postgresServer()).stop())

const SERVE = /npm run serve$/

/** Commands that go on until someone ends them, and what they print once they do what the docs say. */
const ENDLESS: [RegExp, RegExp][] = [
  [SERVE, /Pollcast is at/],
  [/ watch \d+$/, /^Pizza\n.+%/m],
  [/^curl -N /, /^event: snapshot$/m],
]

/** A page starts a dozen programs. */
const TIMEOUT_MS = 300_000

test('every block of the docs has a language, and one of commands is run or says why not', () => {
  const fences = docs.flatMap(fencesOf)
  expect(fences.filter(({ language }) => /^(|bash|shell|console|zsh)$/.test(language))).toEqual([])
  const blocks = docs.flatMap(blocksOf)
  expect(blocks.filter(({ mark }) => mark !== '' && mark !== 'packages')).toEqual([])
  expect(blocks.filter(({ commands, mark }) => commands.length === 0 && mark !== '')).toEqual([])
})

/** What this file runs of a page. */
const blocksHere = (path: string) => blocksOf(path).filter(({ mark, commands }) => mark === '' && commands.length > 0)
const pages = docs.filter((path) => blocksHere(path).length > 0)

test.each(pages)(
  'the commands of %s do what it says',
  async (path) => {
    const blocks = blocksHere(path)
    const { here, run, serve, endServers } = await openClone()
    // There is a database with a poll, and a server, unless the page says how to start one.
    await serve('exec node apps/api/dist/main.js')
    if (blocks.some(({ commands }) => commands.some((command) => SERVE.test(command)))) await endServers()
    const [, nginx] = /```nginx\n(worker_processes [\s\S]+?)```/.exec(readFileSync(join(ROOT, path), 'utf8')) ?? []
    if (nginx) await prepareNginx(here, nginx)

    for (const { place, commands } of blocks) {
      // What a block starts goes on until another one starts something.
      if (commands.some((command) => SERVE.test(command))) await endServers()
      for (const command of commands) await run(command, place)
    }
  },
  TIMEOUT_MS,
)

/** A folder that looks like a clone in which everything is installed and built. What the docs name as elsewhere is here too. */
async function openClone() {
  const folder = tempFolder()
  const clone = join(folder, 'clone')
  mkdirSync(clone)
  for (const name of readdirSync(ROOT)) if (name !== 'data') symlinkSync(join(ROOT, name), join(clone, name))
  // curl fails where the server refuses.
  writeFileSync(join(folder, '.curlrc'), 'fail-with-body\nsilent\nshow-error\n')

  const database = await createDatabase()
  onTestFinished(database.drop)
  const { paths } = certificateFiles()
  const replaced: [string, string][] = [
    ['postgres://pollcast:change-me@127.0.0.1:5432/pollcast', database.url],
    ['redis://127.0.0.1:6379', await redisUrl()],
    ['/etc/letsencrypt/live/my.host/fullchain.pem', paths.cert],
    ['/etc/letsencrypt/live/my.host/privkey.pem', paths.key],
    ['/tmp/pollcast/', `${folder}/`],
    ['/var/lib/pollcast/', `${folder}/`],
  ]
  const ports = new Map<string, number>()
  /** A text of the docs, with the ports, files and databases that are there in this test. */
  const here = async (text: string): Promise<string> => {
    for (const [, port = ''] of text.matchAll(PORTS)) ports.set(port, ports.get(port) ?? (await freePort()))
    const withPorts = text.replace(PORTS, (all, port: string) => all.replace(port, String(ports.get(port))))
    return replaced.reduce((result, [from, to]) => result.replaceAll(from, to), withPorts)
  }

  const [, port = ''] = (await here('localhost:3000')).split(':')
  const environment: NodeJS.ProcessEnv = {
    PATH: `${process.env.PATH}:/usr/sbin`,
    HOME: folder,
    CURL_HOME: folder,
    HOST: '127.0.0.1',
    PORT: port,
  }
  const servers: ChildServer[] = []
  onTestFinished(() => endServers())
  const endServers = async () => {
    for (const server of servers.splice(0)) {
      server.signalGroup('SIGTERM')
      await server.exited
    }
  }

  const open = async (command: string) =>
    new ChildServer(['bash', '-c', await here(command)], { cwd: clone, env: environment })

  const serve = async (command: string) => {
    const server = await open(command)
    servers.push(server)
    await server.until(/Pollcast is at/)
    if (environment.ID !== undefined) return
    const { poll, hostKey } = await createPoll(`http://127.0.0.1:${port}`)
    Object.assign(environment, { ID: poll.id, KEY: hostKey })
  }

  const run = async (command: string, place: string) => {
    if (SERVE.test(command)) return serve(command)
    const child = await open(command)
    const [, works] = ENDLESS.find(([endless]) => endless.test(command)) ?? []
    if (works) {
      await child.until(works)
      return child.end()
    }
    expect(await child.exited, `${place}: ${command}\n${child.output}`).toBe(0)
    const [, first, second] = /^Code +(\d{3}) (\d{3})$/m.exec(child.output) ?? []
    if (first && second) replaced.push(['472915', first + second])
  }
  return { here, run, serve, endServers }
}

/** Where ports are in commands and in nginx's configuration, those of databases excepted. */
const PORTS = /(?:localhost:|127\.0\.0\.1:|PORT=|listen )(?!5432|6379)(\d+)/g

/** Writes nginx's configuration to where the page has it. */
async function prepareNginx(here: (text: string) => Promise<string>, config: string) {
  await programOf('nginx-core', () => ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find(existsSync), 'nginx is missing')
  const folder = await here('/tmp/pollcast/')
  // Where root alone may write, by default.
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}${name};`,
  )
  writeFileSync(join(folder, 'nginx.conf'), (await here(config)).replace('http {', `http { ${paths.join(' ')}`))
  onTestFinished(() => {
    // It has left this process's group. After the page's last command there is none.
    if (existsSync(join(folder, 'nginx.pid'))) process.kill(Number(readFileSync(join(folder, 'nginx.pid'), 'utf8')))
  })
}
