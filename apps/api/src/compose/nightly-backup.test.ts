import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { openApp } from '../../testing/app.ts'
import { query } from '../../testing/database.ts'
import { tempFolder } from '../../testing/temp-folder.ts'
import { until } from '../../testing/until.ts'
import { createPoll, Voter } from '../../testing/voter.ts'

/** Time stands at this local time, and runs when it is told to. */
const at = (time: string) => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'], now: new Date(time) })
  onTestFinished(() => void vi.useRealTimers())
}

const ballotsIn = async (file: string) => (await query<{ n: number }>(file, 'SELECT count(*) AS n FROM ballot'))[0]?.n

test('each night at 03:00 the database is backed up, the first time at once, and the newest are kept', async () => {
  at('2026-03-27T12:00:00')
  const folder = join(tempFolder(), 'backups')
  const app = await openApp({ backups: { folder, keep: 2 } })
  const made = (count: number) =>
    until(() => app.entries.filter(({ event }) => event === 'backup-made').length === count)
  await made(1)
  expect(readdirSync(folder)).toEqual(['pollcast-2026-03-27.sqlite'])

  const { poll } = await createPoll(app.url)
  await new Voter(app.url).vote(poll.id, poll.choices[0]?.id ?? 0)
  vi.setSystemTime(new Date('2026-03-28T02:59:00'))
  vi.advanceTimersByTime(59_000)
  expect(readdirSync(folder)).toHaveLength(1)
  vi.advanceTimersByTime(120_000)
  await made(2)
  expect(await ballotsIn(join(folder, 'pollcast-2026-03-28.sqlite'))).toBe(1)

  // A file of somebody else's stays.
  writeFileSync(join(folder, 'notes.txt'), '')
  // The machine slept through a night.
  vi.setSystemTime(new Date('2026-03-30T09:00:00'))
  vi.advanceTimersByTime(60_000)
  await made(3)
  await until(() => readdirSync(folder).length === 3)
  expect(readdirSync(folder)).toEqual(['notes.txt', 'pollcast-2026-03-28.sqlite', 'pollcast-2026-03-30.sqlite'])
})

test('a backup that fails is logged, and the server goes on', async () => {
  at('2026-03-27T12:00:00')
  const folder = join(tempFolder(), 'backups')
  const app = await openApp({ backups: { folder, keep: 2 } })
  await until(() => app.entries.some(({ event }) => event === 'backup-made'))
  rmSync(app.databasePath)
  vi.setSystemTime(new Date('2026-03-28T04:00:00'))
  // Minute by minute: the first one may come while the last backup is not quite over.
  await until(() => {
    vi.advanceTimersByTime(60_000)
    return app.entries.some(({ event }) => event === 'backup-failed')
  })
  // The timer of polls has found that the file is gone, too.
  expect(app.errors).toContainEqual(expect.stringMatching(/^The database could not be backed up to .+03-28\.sqlite: /))
  expect((await fetch(`${app.url}/healthz`)).status).toBe(200)
})

test('a restart makes no second backup of the same night', async () => {
  at('2026-03-27T02:00:00')
  const folder = join(tempFolder(), 'backups')
  mkdirSync(folder)
  writeFileSync(join(folder, 'pollcast-2026-03-26.sqlite'), 'of the last night')
  const app = await openApp({ backups: { folder, keep: 2 } })
  await app.close()
  expect(app.entries).toEqual([])
})

test('a folder in which nothing can be written is refused at the start', async () => {
  const file = join(tempFolder(), 'file')
  writeFileSync(file, '')
  for (const folder of [join(file, 'backups'), file]) {
    await expect(openApp({ backups: { folder, keep: 1 } })).rejects.toThrow(/^BACKUP_DIR: .+ENOTDIR/)
  }
})
