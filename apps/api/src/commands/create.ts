import { createdPollSchema } from '@pollcast/shared/room'
import { spacedCode } from '@pollcast/shared/room-code'
import { routes } from '@pollcast/shared/routes'
import type { NewPollBody } from '@pollcast/shared/settings'
import { ask, printable, refusalOf, unknownAnswer } from './ask.ts'
import { tolerant } from './tolerant.ts'

/** Milliseconds that the answer may take. */
const TIMEOUT_MS = 15_000

interface Wanted {
  question: string
  choices: readonly string[]
  url: string
  /** For a Pollcast where not everybody may make polls. */
  createKey: string | undefined
}

/** `create QUESTION CHOICE …`: makes a poll and its room. Resolves with the code and the links. */
export async function create({ question, choices, url, createKey }: Wanted): Promise<string> {
  const response = await ask(url, routes.polls, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(createKey !== undefined && { Authorization: `Bearer ${createKey}` }),
    },
    body: JSON.stringify({ question, choices: [...choices] } satisfies NewPollBody),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (response.status !== 201) throw await refusalOf(response)
  const created = tolerant(createdPollSchema).safeParse(await response.json().catch(() => undefined))
  if (!created.success) throw unknownAnswer(response)
  const { poll, room, hostKey } = created.data
  return printable([
    poll.question,
    '',
    `Code    ${spacedCode(room.code)}`,
    `Join    ${room.joinUrl}`,
    `Screen  ${room.joinUrl}/screen`,
    `Host    ${room.joinUrl}/host#${hostKey}`,
    '',
    'Keep the host link for yourself: who has it runs the room, and it is not shown again.',
  ])
}
