import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BuiltServer } from '@pollcast/api/testing/built-server'
import { freePort } from '@pollcast/api/testing/free-port'
import { createPoll, createPollOf, Voter } from '@pollcast/api/testing/voter'
import type { Poll } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import type { NewPollBody } from '@pollcast/shared/settings'

/** The built server. Its address and database stay the same when it is restarted. */
export class Pollcast {
  readonly port: number
  readonly #folder: string
  readonly #environment: Record<string, string>
  #server: BuiltServer | undefined

  static async start(environment: Record<string, string> = {}): Promise<Pollcast> {
    const folder = await mkdtemp(join(tmpdir(), 'pollcast-e2e-'))
    const pollcast = new Pollcast(await freePort(), folder, environment)
    await pollcast.start()
    return pollcast
  }

  private constructor(port: number, folder: string, environment: Record<string, string>) {
    this.port = port
    this.#folder = folder
    this.#environment = environment
  }

  get url(): string {
    return `http://localhost:${this.port}`
  }

  get #database(): string {
    return join(this.#folder, 'polls.sqlite')
  }

  /** Stops it, runs `act` on its database file, and starts it again. */
  async #whileStopped(act: (database: string) => Promise<void>): Promise<void> {
    await this.stop()
    await act(this.#database)
    await this.start()
  }

  keepCopy = () => this.#whileStopped((database) => copyFile(database, `${database}.kept`))

  /** Puts the copy in the place of the database by hand: nothing in the file says that it is an older one. */
  putCopyBack = () => this.#whileStopped((database) => copyFile(`${database}.kept`, database))

  /** Moves the copy to the place of the database, and what SQLite keeps beside that away, while the server runs. */
  async swapCopyIn(): Promise<void> {
    await rename(`${this.#database}.kept`, this.#database)
    for (const ending of ['-wal', '-shm']) await rm(this.#database + ending)
  }

  async start(): Promise<void> {
    this.#server = new BuiltServer({
      HOST: '',
      PORT: String(this.port),
      DATABASE_URL: `sqlite:${this.#database}`,
      RATE_LIMIT: 'on',
      ...this.#environment,
    })
    await this.#server.until(/ is at http/)
  }

  async stop(): Promise<void> {
    this.#server?.signal('SIGTERM')
    await this.#server?.exited
  }

  /** Ends it as a crash does: nobody is told. */
  async kill(): Promise<void> {
    this.#server?.signal('SIGKILL')
    await this.#server?.exited
  }

  async remove(): Promise<void> {
    await this.stop()
    await rm(this.#folder, { recursive: true })
  }

  /** Creates a poll. Returns its id, the address of its page, and what its host can do with it. */
  async makePoll(question: string, choices: string[], maxChoices = 1) {
    const { poll, hostKey } = await createPoll(this.url, choices, maxChoices, question)
    const send = async (method: string, body?: object) => {
      const headers = { Authorization: `Bearer ${hostKey}`, 'Content-Type': 'application/json' }
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
      const { ok, status } = await fetch(this.url + routes.poll(poll.id), init)
      if (!ok) throw new Error(`${method} was answered with ${status}`)
    }
    return {
      id: poll.id,
      page: this.url + routes.pollPage(poll.id),
      close: () => send('PATCH', { status: 'closed' }),
      reopen: () => send('PATCH', { status: 'open' }),
      remove: () => send('DELETE'),
    }
  }

  /** Makes a room with a poll that is on. Returns its code, its page's address, and what its host can do. */
  async makeRoom(poll: Partial<NewPollBody> = {}) {
    const { room, hostKey, ...created } = await createPollOf(this.url, poll)
    const { id } = created.poll
    const send = async <T>(method: string, path: string, body?: object): Promise<T> => {
      const headers = { Authorization: `Bearer ${hostKey}`, 'Content-Type': 'application/json' }
      const response = await fetch(this.url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
      if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`)
      return response.status === 204 ? (undefined as T) : await response.json()
    }
    return {
      id,
      code: room.code,
      hostKey,
      page: this.url + routes.roomPage(room.code),
      addPoll: async (body: NewPollBody) => {
        const added = await send<{ poll: Poll }>('POST', routes.polls, { ...body, roomCode: room.code })
        return added.poll.id
      },
      move: (currentPollId: string | null, closePrevious = true) =>
        send('PATCH', routes.room(room.code), { currentPollId, closePrevious }),
      change: (body: object) => send('PATCH', routes.poll(id), body),
      startRound: () => send('POST', routes.rounds(id)),
      issueCodes: (count: number) => send<{ codes: string[] }>('POST', routes.roomCodes(room.code), { count }),
      remove: () => send('DELETE', routes.room(room.code)),
    }
  }

  /** Votes for the choice at this index as a new voter. */
  async vote(pollId: string, index: number): Promise<void> {
    const voter = new Voter(this.url)
    const { choices } = await voter.read(pollId)
    await voter.vote(pollId, choices[index]?.id ?? 0)
  }
}
