import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '@pollcast/api/testing/free-port'
import { ProofSolver } from '@pollcast/api/testing/proof-solver'
import { until } from '@pollcast/api/testing/until'
import { type AdminStatus, adminStatusSchema } from '@pollcast/shared/admin'
import { routes } from '@pollcast/shared/routes'
import { AttackedServer } from '../attack/support/attacked-server.ts'
import type { Progress } from '../processes/progress.ts'
import { Random } from '../processes/random.ts'
import { abuseRoom } from './abused-room.ts'
import { describe, type Figures, measure, openFilesOf } from './figures.ts'
import type { Options } from './options.ts'
import { Pace } from './pace.ts'
import { Soak } from './soak.ts'
import { storedRows } from './stored-rows.ts'
import { adminOf, deleteStrangeRooms, roomsOf } from './strange-rooms.ts'
import { useRoom } from './used-room.ts'

const ROOMS = 16
const ABUSED = 2

/** Milliseconds. */
const MEASURED_EVERY = 5000
/** In which the server says that it is well, on a machine that does other things as well. */
const HEALTHY_MS = 60_000
/** In which the server is as it was, once nobody is there. */
const QUIET_MS = 120_000
/** Open files that a server may have more than at its start: of the metrics that are read. */
const SPARE_FILES = 5

export interface Outcome {
  soak: Soak
  figures: Figures[]
}

/** Uses and abuses a server until the time is over, and then until all rooms are deleted. */
export async function run({ minutes, rate, seed, main }: Options, progress: Progress): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'pollcast-soak-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const databasePath = join(folder, 'polls.sqlite')
  const adminKey = crypto.randomUUID()
  const metricsPort = await freePort()
  const server = await AttackedServer.start(main, {
    // As behind a proxy: everybody has an address of their own, and the limits are on.
    environment: {
      DATABASE_URL: `sqlite:${databasePath}`,
      TRUST_PROXY: '1',
      RETENTION_DAYS: '30',
      ADMIN_KEY: adminKey,
      METRICS_PORT: String(metricsPort),
    },
  })
  const pid = server.pid ?? 0
  const metricsUrl = `http://127.0.0.1:${metricsPort}/metrics`
  const soak = new Soak(server, adminKey, new Random(seed), new Pace(rate))
  const solver = new ProofSolver(1)
  const before = { status: await statusOf(soak), rows: await storedRows(databasePath), openFiles: openFilesOf(pid) }
  for (const { code } of await roomsOf(soak)) soak.rooms.add(code)
  const figures: Figures[] = []
  const measureOnce = async () => {
    await judgeHealth(soak)
    const logged = server.output.length
    const measured = await measure({ pid, metricsUrl, databasePath, deleted: soak.deleted, logged })
    figures.push(measured)
    progress.say(`${soak.deleted} rooms deleted,`, describe(measured))
    await pause(Math.min(MEASURED_EVERY, (minutes * 60_000) / 16))
  }
  const works = [
    repeat(soak, measureOnce),
    ...Array.from({ length: ROOMS }, () => repeat(soak, () => useRoom(soak))),
    ...Array.from({ length: ABUSED }, () => repeat(soak, () => abuseRoom(soak, solver))),
  ]
  await pause(minutes * 60_000)
  soak.isEnding = true
  progress.say('deleting the last rooms')
  await Promise.all(works)
  await judgeEnd(soak, databasePath, before).catch((error: Error) => soak.failures.note(error.message))
  await solver.close()
  await server.end()
  rmSync(folder, { recursive: true, force: true })
  return { soak, figures }
}

/** Does it again and again, until the end. What goes wrong is noted. */
async function repeat(soak: Soak, work: () => Promise<void>): Promise<void> {
  while (!soak.isEnding && soak.server.running) {
    try {
      await work()
    } catch (error) {
      soak.failures.note((error as Error).message)
      await pause(1000)
    }
  }
}

async function judgeHealth({ server, failures, done }: Soak): Promise<void> {
  const isWell = async () => {
    const answer = await fetch(server.url + routes.health, { signal: AbortSignal.timeout(HEALTHY_MS) })
    await answer.text()
    if (!answer.ok) done.note('times that the event loop lagged by a second')
    return answer.ok
  }
  try {
    await until(isWell, { timeoutMs: HEALTHY_MS })
  } catch {
    failures.note(`${routes.health} does not say that the server is well within ${HEALTHY_MS / 1000} s`)
  }
}

async function statusOf(soak: Soak): Promise<AdminStatus> {
  const text = await adminOf(soak).ask('the status read by the admin', routes.admin)
  return adminStatusSchema.parse(JSON.parse(text ?? ''))
}

interface Before {
  status: AdminStatus
  rows: Record<string, number>
  openFiles: number
}

/** Once all rooms are deleted and everybody has left, the server has what it had at its start, and says nothing of errors. */
async function judgeEnd(soak: Soak, databasePath: string, before: Before): Promise<void> {
  const { server, failures } = soak
  if (!server.running) return failures.note(`the server exited: ${server.output.trimEnd().split('\n').at(-1)}`)
  await deleteStrangeRooms(soak, 0)
  const left = () => openFilesOf(server.pid ?? 0) - before.openFiles
  await until(() => left() <= SPARE_FILES, { timeoutMs: QUIET_MS }).catch(() => {
    failures.note(`${left()} files are still open after everybody has left`)
  })
  const { streams, rooms, polls } = await statusOf(soak)
  const now = { streams, rooms, polls, ...(await storedRows(databasePath)) }
  const then = { ...before.status, ...before.rows }
  for (const [what, count] of Object.entries(now)) {
    const had = then[what as keyof typeof then]
    if (count !== had) failures.note(`${what}: ${count} are there after all, and ${had} were before`)
  }
  for (const line of server.output.split('\n')) {
    if (/"level":[56]0|^\S*Error|^ +at /.test(line)) failures.note(`the log says: ${line.slice(0, 300)}`)
  }
}
