/** What is asked of a server, and as whom. */
export interface Asked {
  path: string
  headers: Record<string, string>
}

/** What was answered. */
export interface Answered {
  status: number
  /** JSON, read; of a file its lines, sorted: ballots are in another order each time. */
  body: unknown
}

/** What differs each time that it is asked for. */
const MOMENTARY = ['now', 'watching']

export async function askAgain(url: string, { path, headers }: Asked): Promise<Answered> {
  const answer = await fetch(url + path, { headers })
  const text = await answer.text()
  if (!/json/.test(answer.headers.get('Content-Type') ?? '')) {
    return { status: answer.status, body: text.split('\n').sort() }
  }
  const body: unknown = JSON.parse(text, (name, value) => (MOMENTARY.includes(name) ? undefined : value))
  return { status: answer.status, body }
}
