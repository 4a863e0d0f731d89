import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Redis } from 'ioredis'
import { freePort } from './tcp-proxy.ts'

const STANDARD = 'redis://127.0.0.1:6379'
const PROGRAMS = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/usr/bin/valkey-server']

/**
 * A Redis server to test with: the one TEST_REDIS_URL names, else the one on this machine's standard port, else one
 * started for the test's own process from the installed program, which is installed where that can be done.
 */
export async function redisUrl(): Promise<string> {
  const named = process.env.TEST_REDIS_URL
  if (named) {
    if (await answers(named)) return named
    throw new Error(`TEST_REDIS_URL names ${named}, and no Redis answers there.`)
  }
  return (await answers(STANDARD)) ? STANDARD : startRedis()
}

/** Stands before all keys and channels of a test, so that it shares a server with whatever else is on it. */
export const redisPrefix = (): string => `pollcast-test-${randomBytes(6).toString('hex')}:`

/** A Redis of the test's own, with nothing in it. It ends with the process. */
export async function startRedis(port?: number): Promise<string> {
  const program = PROGRAMS.find(existsSync) ?? install()
  const at = port ?? (await freePort())
  const options = ['--port', `${at}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', tmpdir()]
  const server = spawn(program, options, { stdio: 'ignore' })
  process.once('exit', () => server.kill('SIGKILL'))
  const url = `redis://127.0.0.1:${at}`
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (await answers(url)) return url
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${program} was started on port ${at} and does not answer.`)
}

function install(): string {
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], { stdio: 'ignore' })
    const program = PROGRAMS.find(existsSync)
    if (program) return program
  }
  throw new Error(
    'The tests need a Redis 7 server: start one on port 6379, name one in TEST_REDIS_URL, or install redis-server.',
  )
}

async function answers(url: string): Promise<boolean> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, connectTimeout: 1000 } as const)
  redis.on('error', () => {})
  try {
    await redis.connect()
    return (await redis.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
}
