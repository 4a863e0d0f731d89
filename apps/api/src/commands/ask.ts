import { type Problem, problemSchema } from '@pollcast/shared/problem'
import { CommandRefused } from './command-refused.ts'

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
    const { code } = (cause ?? {}) as NodeJS.ErrnoException
    throw new CommandRefused(
      `There is no answer from ${base} (${code ?? message}). Is Pollcast running there? --url names another address.`,
    )
  }
}

/** What a Pollcast says where it refuses a request, as a sentence or more. */
export async function refusalOf(response: Response): Promise<CommandRefused> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => undefined))
  if (parsed.success) return new CommandRefused(sentencesOf(parsed.data))
  return new CommandRefused(
    `${new URL(response.url).origin} answers ${response.status}, and not as a Pollcast of this version does.`,
  )
}

const sentencesOf = ({ detail, errors = [] }: Problem): string =>
  [detail, ...errors.map(({ path, message }) => `  ${path}: ${message}`)].join('\n')
