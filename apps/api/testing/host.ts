import { type Poll, pollSchema } from '@pollcast/shared/poll'
import { createdPollSchema, createdRoomSchema, type Room, type RoomChange, roomSchema } from '@pollcast/shared/room'
import { routes } from '@pollcast/shared/routes'
import type { NewPollBody, PollChange } from '@pollcast/shared/settings'
import { readAs } from './answer.ts'
import { bearer, createPollOf, json, patch } from './voter.ts'

/** The host of a room. What they do shall be taken; `ask` is for what shall be refused. */
export class Host {
  readonly url: string
  readonly code: string
  key: string

  constructor(url: string, code: string, key: string) {
    this.url = url
    this.code = code
    this.key = key
  }

  /** Makes a poll as the body says, and with it a room. */
  static async ofPoll(url: string, body: Partial<NewPollBody> = {}): Promise<{ host: Host; poll: Poll }> {
    const { poll, room, hostKey } = await createPollOf(url, body)
    return { host: new Host(url, room.code, hostKey), poll }
  }

  /** Makes a room without polls. */
  static async ofRoom(url: string, title = ''): Promise<Host> {
    const { room, hostKey } = await readAs(createdRoomSchema, 201, await fetch(url + routes.rooms, json({ title })))
    return new Host(url, room.code, hostKey)
  }

  ask(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, { ...init, headers: { ...init.headers, ...bearer(this.key) } })
  }

  async add(body: Partial<NewPollBody> = {}): Promise<Poll> {
    const full = { question: 'What else?', choices: ['Cake', 'Fruit'], ...body, roomCode: this.code }
    return (await readAs(createdPollSchema, 201, await this.ask(routes.polls, json(full)))).poll
  }

  async read(pollId: string): Promise<Poll> {
    return readAs(pollSchema, 200, await this.ask(routes.poll(pollId)))
  }

  async change(pollId: string, change: Partial<PollChange>): Promise<Poll> {
    return readAs(pollSchema, 200, await this.ask(routes.poll(pollId), patch(change)))
  }

  async startRound(pollId: string): Promise<Poll> {
    return readAs(pollSchema, 201, await this.ask(routes.rounds(pollId), { method: 'POST' }))
  }

  async room(): Promise<Room> {
    return readAs(roomSchema, 200, await this.ask(routes.room(this.code)))
  }

  async changeRoom(change: RoomChange): Promise<Room> {
    return readAs(roomSchema, 200, await this.ask(routes.room(this.code), patch(change)))
  }

  move(currentPollId: string | null, closePrevious?: boolean): Promise<Room> {
    return this.changeRoom({ currentPollId, ...(closePrevious !== undefined && { closePrevious }) })
  }

  async actions(): Promise<string[]> {
    return ((await this.room()).log ?? []).map(({ action }) => action)
  }
}
