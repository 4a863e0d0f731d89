import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const REPO = fileURLToPath(new URL('../../../..', import.meta.url))

/** A port that was free a moment ago. The server needs one that stays the same when it is started again. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (!address || typeof address === 'string') throw new Error('No port was given')
  return address.port
}

/** Resolves when the process has printed what matches; rejects with all it printed if it ends before. */
export async function printed(child: ChildProcess, pattern: RegExp): Promise<void> {
  let output = ''
  await new Promise<void>((resolve, reject) => {
    const read = (text: Buffer) => {
      output += text
      if (pattern.test(output)) resolve()
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    child.once('exit', (code) => reject(new Error(`It ended with ${code}:\n${output}`)))
  })
}

/** The real server in a process of its own, on a database that outlives it. */
export class Pollcast {
  readonly port: number
  readonly #folder: string
  readonly #environment: NodeJS.ProcessEnv
  #process: ChildProcess | undefined

  static async start(environment: NodeJS.ProcessEnv = {}): Promise<Pollcast> {
    const folder = await mkdtemp(join(tmpdir(), 'pollcast-e2e-'))
    const pollcast = new Pollcast(await freePort(), folder, environment)
    await pollcast.start()
    return pollcast
  }

  private constructor(port: number, folder: string, environment: NodeJS.ProcessEnv) {
    this.port = port
    this.#folder = folder
    this.#environment = environment
  }

  get url(): string {
    return `http://localhost:${this.port}`
  }

  async start(): Promise<void> {
    this.#process = spawn('node', ['apps/api/dist/main.js'], {
      cwd: REPO,
      env: {
        ...process.env,
        PORT: String(this.port),
        DATABASE_URL: `sqlite:${join(this.#folder, 'polls.sqlite')}`,
        ...this.#environment,
      },
    })
    await printed(this.#process, / is at http/)
  }

  async stop(): Promise<void> {
    const child = this.#process
    if (!child || child.exitCode !== null) return
    child.kill('SIGTERM')
    await once(child, 'exit')
  }

  async remove(): Promise<void> {
    await this.stop()
    await rm(this.#folder, { recursive: true })
  }

  /** Makes a poll, and answers with the address of its page and its id. */
  async makePoll(question: string, choices: string[], maxChoices = 1): Promise<{ id: string; page: string }> {
    const answer = await fetch(`${this.url}/api/polls`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ question, choices, maxChoices }),
    })
    const { poll } = await answer.json()
    return { id: poll.id, page: `${this.url}/polls/${poll.id}` }
  }

  /** Votes as somebody who has not voted before, by the choice's place in the poll. */
  async vote(pollId: string, index: number): Promise<void> {
    const poll = await (await fetch(`${this.url}/api/polls/${pollId}`)).json()
    const answer = await fetch(`${this.url}/api/polls/${pollId}/votes`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ choiceIds: [poll.choices[index].id] }),
    })
    if (answer.status !== 201) throw new Error(await answer.text())
  }
}
