import { limits } from '@pollcast/shared/limits'
import { routes } from '@pollcast/shared/routes'
import * as z from 'zod'
import { now } from './clock.ts'

const createdSchema = z.object({
  poll: z.object({ id: z.string(), choices: z.array(z.object({ id: z.int() })).min(1) }),
})

// The largest poll there can be: a few hundred of its frames fill what the kernel keeps for a reader.
const wordyChoices = Array.from({ length: limits.maxChoices }, (_, index) =>
  String(index).padStart(limits.choiceLength, '票'),
)

/** A poll made for the load, with the votes that were cast on it. */
export class LoadedPoll {
  readonly id: string
  readonly choiceId: number
  /** When each vote was sent: the vote at n takes the count to n + 1. */
  readonly sentAt: number[] = []
  acknowledged = 0

  constructor(id: string, choiceId: number) {
    this.id = id
    this.choiceId = choiceId
  }

  /** Makes a poll on a server. `wordy` makes its frames 20 KB instead of 200 bytes. */
  static async create(url: string, wordy: boolean): Promise<LoadedPoll> {
    const choices = wordy ? wordyChoices : ['Tabs', 'Spaces', 'Both', 'Neither']
    const response = await fetch(url + routes.polls, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ question: 'Tabs or spaces? (made by a load test)', choices }),
    })
    const text = await response.text()
    if (response.status !== 201) throw new Error(`No poll could be made: ${refusal(response.status, text)}`)
    const { poll } = createdSchema.parse(JSON.parse(text))
    return new LoadedPoll(poll.id, poll.choices[0]?.id as number)
  }

  /** The age of what a tab with this count shows: how long ago the first vote that it lacks was sent. */
  age(count: number): number {
    const sentAt = this.sentAt[Math.max(count, 0)]
    return sentAt === undefined ? 0 : now() - sentAt
  }
}

export function refusal(status: number, text: string): string {
  const hint = status === 429 ? ' Start the server with RATE_LIMIT=off for a load test.' : ''
  return `HTTP ${status} ${text.slice(0, 200)}${hint}`
}
