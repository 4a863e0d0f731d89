import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { routes } from '@pollcast/shared/routes'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../../testing/built-server.ts'
import { ChildServer } from '../../testing/child-server.ts'
import { EventReader } from '../../testing/event-reader.ts'
import { freePort } from '../../testing/free-port.ts'
import { createDatabase, postgresServer } from '../../testing/postgres.ts'
import { redisUrl } from '../../testing/redis.ts'
import { ServerProcess } from '../../testing/server-process.ts'
import { tempFolder } from '../../testing/temp-folder.ts'
import { until } from '../../testing/until.ts'
import { createPoll, Voter } from '../../testing/voter.ts'

afterAll(async () => (await postgresServer()).stop())

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

/** What nginx is configured by in front of two nodes, and the addresses that these have in it. */
const configs: [string, string, [string, string]][] = [
  ['packaging/nginx.conf', read('packaging/nginx.conf'), ['node1:3000', 'node2:3000']],
  [
    'the configuration in docs/deploy.md',
    /```nginx\n(worker_processes [\s\S]+?)```/.exec(read('docs/deploy.md'))?.[1] ?? '',
    ['127.0.0.1:3001', '127.0.0.1:3002'],
  ],
]

test.each(configs)(
  "compose.cluster.yaml's settings and %s, on this machine: votes through nginx reach the streams of both nodes",
  async (_, text, [first, second]) => {
    const file = readFileSync(join(ROOT, 'packaging/compose.cluster.yaml'), 'utf8')
    const { environment } = parse(file, { merge: true }).services.node1 as { environment: Record<string, string> }
    const database = await createDatabase()
    onTestFinished(database.drop)
    const here = { ...environment, DATABASE_URL: database.url, REDIS_URL: await redisUrl() }
    const nodes = [new ServerProcess(here), new ServerProcess(here)]
    const ports = await Promise.all(nodes.map(async (node) => (await node.address()).port))

    const folder = tempFolder()
    const port = await freePort()
    const config = text
      .replaceAll(first, `127.0.0.1:${ports[0]}`)
      .replaceAll(second, `127.0.0.1:${ports[1]}`)
      .replace('listen 8080', `listen 127.0.0.1:${port}`)
      .replace(/pid \S+;/, `pid ${folder}/pid;`)
      .replace(/error_log \S+ /, 'error_log stderr ')
    writeFileSync(join(folder, 'nginx.conf'), config)
    const nginx = new ChildServer(['nginx', '-c', join(folder, 'nginx.conf'), '-e', 'stderr', '-g', 'daemon off;'], {
      cwd: folder,
    })
    onTestFinished(() => nginx.end())
    const front = `http://127.0.0.1:${port}`
    await until(() =>
      fetch(front).then(
        () => true,
        () => !nginx.running && Promise.reject(new Error(nginx.output)),
      ),
    )

    const { poll, room } = await createPoll(front)
    const ofRoom = await EventReader.open(front + routes.roomStream(room.code))
    const streams = await Promise.all(
      [front, front, ...ports.map((one) => `http://127.0.0.1:${one}`)].map((url) =>
        EventReader.open(url + routes.stream(poll.id)),
      ),
    )
    for (const stream of streams) expect((await stream.next()).data.totalVotes).toBe(0)
    for (let votes = 1; votes <= 4; votes += 1) await new Voter(front).vote(poll.id, poll.choices[0]?.id ?? 0)
    for (const stream of streams) await stream.nextLike(({ data }) => data.totalVotes === 4)

    // A room in which nothing happens for longer than one interval of keepalives.
    const keepalives = ofRoom.text.split('\n:').length
    await until(() => ofRoom.ended || ofRoom.text.split('\n:').length > keepalives)
    expect(ofRoom.ended).toBe(false)
    await new Voter(front).vote(poll.id, poll.choices[0]?.id ?? 0)
    await ofRoom.nextLike(({ data }) => data.totalVotes === 5)

    // nginx has something to tell, and tells no address of a client.
    for (const node of nodes) await node.end()
    expect((await fetch(front)).status).toBe(502)
    expect(nginx.output).not.toContain('127.0.0.1')
  },
)
