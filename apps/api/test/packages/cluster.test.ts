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

test("compose.cluster.yaml's settings and nginx.conf, on this machine: votes through nginx reach the streams of both nodes", async () => {
  const file = readFileSync(join(ROOT, 'packaging/compose.cluster.yaml'), 'utf8')
  const { environment } = parse(file, { merge: true }).services.node1 as { environment: Record<string, string> }
  const database = await createDatabase()
  onTestFinished(database.drop)
  const here = { ...environment, DATABASE_URL: database.url, REDIS_URL: await redisUrl() }
  const nodes = [new ServerProcess(here), new ServerProcess(here)]
  const ports = await Promise.all(nodes.map(async (node) => (await node.address()).port))

  const folder = tempFolder()
  const port = await freePort()
  const config = readFileSync(join(ROOT, 'packaging/nginx.conf'), 'utf8')
    .replaceAll('node1:3000', `127.0.0.1:${ports[0]}`)
    .replaceAll('node2:3000', `127.0.0.1:${ports[1]}`)
    .replace('listen 8080', `listen 127.0.0.1:${port}`)
    .replace('/run/nginx.pid', `${folder}/pid`)
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

  const { poll } = await createPoll(front)
  const streams = await Promise.all(
    [front, front, ...ports.map((one) => `http://127.0.0.1:${one}`)].map((url) =>
      EventReader.open(url + routes.stream(poll.id)),
    ),
  )
  for (const stream of streams) expect((await stream.next()).data.totalVotes).toBe(0)
  for (let votes = 1; votes <= 4; votes += 1) await new Voter(front).vote(poll.id, poll.choices[0]?.id ?? 0)
  for (const stream of streams) await stream.nextLike(({ data }) => data.totalVotes === 4)
})
