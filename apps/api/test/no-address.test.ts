import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { ServerProcess } from '../testing/server-process.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { until } from '../testing/until.ts'
import { createPoll, json, Voter } from '../testing/voter.ts'

const ADDRESS = '198.51.100.77'
const ADMIN_KEY = 'only-for-who-runs-it'

/** More than an address has free. */
const VOTERS = 170

test('no address is in any file of a server, nor in its log, whatever was asked from it', async () => {
  const folder = tempFolder()
  const server = new ServerProcess({
    DATABASE_URL: `sqlite:${join(folder, 'polls.sqlite')}`,
    BACKUP_DIR: join(folder, 'backups'),
    RATE_LIMIT: 'on',
    TRUST_PROXY: 'on',
    LOG_LEVEL: 'debug',
    ADMIN_KEY,
  })
  const { url } = await server.address()
  const { poll, room } = await createPoll(url)
  const from = (init: RequestInit = {}) => ({
    ...init,
    headers: { ...(init.headers as Record<string, string>), 'X-Forwarded-For': ADDRESS },
  })
  const statuses = new Set<number>()
  const ask = async (path: string, init?: RequestInit) => {
    const answer = await new Voter(url).ask(path, from(init))
    statuses.add(answer.status)
    await answer.body?.cancel()
  }
  for (const path of [
    '/',
    routes.poll(poll.id),
    routes.room('000000'),
    routes.stream(poll.id),
    '/nothing',
    routes.admin,
  ]) {
    await ask(path)
  }
  const vote = json({ choiceIds: [poll.choices[0]?.id] })
  for (let n = 0; n < VOTERS; n += 1) await ask(routes.votes(poll.id), vote)
  await ask(routes.votes(poll.id), json({ choiceIds: 'none' }))
  const block = json({ address: ADDRESS, blocked: true })
  const blocked = await fetch(url + routes.adminBlocks, {
    ...block,
    headers: { ...block.headers, Authorization: `Bearer ${ADMIN_KEY}` },
  })
  expect(blocked.status).toBe(200)
  await ask(routes.room(room.code))
  // Votes that counted, and some that had to be paid for; who was refused, and what was not found.
  expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 401, 404, 429]))
  await until(() => server.output.includes('"event":"backup-made"'))

  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['polls.sqlite', 'polls.sqlite-wal']))
  const written = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1')).join('')
  expect(written).toContain(poll.id)
  expect(written).not.toContain(ADDRESS)
  expect(server.output).toContain('"event":"admin-act"')
  expect(server.output).not.toContain(ADDRESS)
  server.signal('SIGTERM')
  await server.exited
})
