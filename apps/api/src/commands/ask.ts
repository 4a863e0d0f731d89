import { type Problem, problemSchema } from '@pollcast/shared/problem'
import { withoutForbidden } from '@pollcast/shared/text'
import { CommandRefused } from './command-refused.ts'
import { tolerant } from './tolerant.ts'

const saidSchema = tolerant(problemSchema.pick({ detail: true, errors: true }))

/**
 * Sends a request to a Pollcast. Throws a CommandRefused where there is no answer.
 *
 * @param url what people open, with a path if it has one
 * @param route as in shared/routes
 */
export async function ask(url: string, route: string, init: RequestInit = {}): Promise<Response> {
  const base = url.replace(/\/+$/, '')
  try {
    return await fetch(base + route, init)
  } catch (error) {
    const { cause, message } = error as Error
    const { code, message: reason = message } = (cause ?? {}) as Partial<NodeJS.ErrnoException>
    throw new CommandRefused(
      `There is no answer from ${base} (${code ?? reason}). Is Pollcast running there? --url names another address.`,
    )
  }
}

/** A Pollcast has refused a request, and not a proxy before it. */
export class RequestRefused extends CommandRefused {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What a Pollcast says where it refuses a request, as a sentence or more. */
export async function refusalOf(response: Response): Promise<CommandRefused> {
  const parsed = saidSchema.safeParse(await response.json().catch(() => undefined))
  if (parsed.success) return new RequestRefused(response.status, sentencesOf(parsed.data))
  return unknownAnswer(response)
}

/** For an answer that no Pollcast gives. */
export const unknownAnswer = ({ url, status }: Response): CommandRefused =>
  new CommandRefused(`${new URL(url).origin} answers ${status}, and not as a Pollcast of this version does.`)

/** Lines with what a server has sent, for a terminal: what a terminal would carry out is left out. */
export const printable = (lines: readonly string[]): string => lines.map(withoutForbidden).join('\n')

const sentencesOf = ({ detail, errors = [] }: Pick<Problem, 'detail' | 'errors'>): string =>
  printable([detail, ...errors.map(({ path, message }) => `  ${path}: ${message}`)])
