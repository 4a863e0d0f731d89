import { printable } from '../ask.ts'
import { lineFor } from './advice.ts'
import { type Examined, examine } from './examine.ts'

/** What the doctor found. */
interface Report {
  text: string
  /** Whether something is in the way. */
  isWrong: boolean
}

/**
 * `doctor ADDRESS`: opens a running Pollcast from outside, as browsers do, and says what is in the way.
 *
 * @param isQuick whether to leave out what takes half a minute: if a stream stays open while it is silent
 * @param pollId the poll whose stream is opened; by default the newest that is listed
 */
export async function doctor(url: URL, isQuick: boolean, pollId?: string): Promise<Report> {
  const examined = await examine(url, isQuick, pollId)
  return { text: reportOf(url, examined), isWrong: examined.findings.some(({ problem }) => problem) }
}

function reportOf(url: URL, { proxy, findings }: Examined): string {
  const lines = [
    `${url.origin}${url.pathname.replace(/\/+$/, '')}, ${proxy ? `behind ${proxy}` : 'behind no proxy that says its name'}`,
    '',
  ]
  for (const { what, seen, problem } of findings) {
    lines.push(`${problem ? 'WRONG' : 'ok   '} ${what.padEnd(16)} ${seen}`)
    if (problem) lines.push(`      change: ${lineFor(problem, proxy)}`)
  }
  const wrong = findings.filter(({ problem }) => problem).length
  lines.push(
    '',
    wrong === 0 ? 'Nothing is in the way.' : `In the way: ${wrong}. docs/deploy.md has the lines for each proxy.`,
  )
  return printable(lines)
}
