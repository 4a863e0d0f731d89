import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import { expect, onTestFinished, test } from 'vitest'
import { ChildServer } from '../testing/child-server.ts'
import { get, RawConnection } from '../testing/raw-connection.ts'
import { tempFolder } from '../testing/temp-folder.ts'
import { until } from '../testing/until.ts'
import { createPoll, Voter } from '../testing/voter.ts'

const MAIN = new URL('../dist/main.js', import.meta.url).pathname

/** The built server with so many open files that a few hundred connections are too many. */
const open = async (workers: string) => {
  const env = {
    PATH: process.env.PATH,
    HOST: '127.0.0.1',
    PORT: '0',
    WORKERS: workers,
    DATABASE_URL: `sqlite:${join(tempFolder(), 'polls.sqlite')}`,
  }
  const server = new ChildServer(['bash', '-c', `ulimit -n 300 && exec "${process.execPath}" "${MAIN}"`], {
    cwd: '/',
    env,
  })
  onTestFinished(() => server.end())
  const [url, port] = await server.until(/http:\/\/127\.0\.0\.1:(\d+)/)
  return { server, url, port: Number(port) }
}

test.each([
  ['one process, all at once', '1', 1200],
  ['one process, one after the other', '1', 10],
  ['several workers, all at once', '2', 1200],
  // What a worker is handed beyond its limit the system takes away, and the worker never asked for another.
  ['several workers, one after the other', '2', 10],
])(
  'more connections than open files (%s): the log says so, and all is well when they go',
  async (_, workers, atOnce) => {
    const { server, url, port } = await open(workers)
    const crowd: RawConnection[] = []
    while (crowd.length < 1200) {
      crowd.push(...(await Promise.all(Array.from({ length: atOnce }, () => RawConnection.open(port)))))
      if (crowd.length % 100 === 0) await new Promise(setImmediate)
    }
    await server.until(/connections are open, which is all that the limit on open files has room for/)
    for (const connection of crowd) connection.leave()

    // Every process of them has room again: each of these has a connection of its own.
    const answered = async () => {
      const connection = await RawConnection.open(port)
      return connection.send(get(routes.polls)).until(/"polls"/)
    }
    await until(() => Promise.all(Array.from({ length: 8 }, answered)).catch(() => false))
    const { poll } = await createPoll(url)
    expect(await new Voter(url).vote(poll.id, poll.choices[0]?.id ?? 0)).toMatchObject({ totalVotes: 1 })
    // Once for each process that met its limit.
    const told = [...server.output.matchAll(/"pid":(\d+)[^\n]*connections are open/g)].map(([, pid]) => pid)
    expect(told).toHaveLength(new Set(told).size)
    server.signal('SIGTERM')
    expect(await server.exited).toBe(0)
  },
)
