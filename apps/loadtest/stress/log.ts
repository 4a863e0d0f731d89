/** What a server prints without a fault of its own. */
const PRINTED = [
  /^Pollcast is at http/,
  /^Others (can't )?(in the same network )?open /,
  /^Version \S+, database: /,
  /^Only the API is served/,
  /^Pollcast is closing …$/,
  /^Waiting for the database at /,
]

/** What it logs of its start, and of outages of what it depends on. */
const LOGGED = [
  /^A new database was made at /,
  /^Waiting for another Pollcast to close /,
  /^Waiting for the database at /,
  /^PubSub disconnected, reconnecting: /,
  /^Redis cache disconnected, reading the database instead: /,
  /^Redis is not available: each process counts for its limits by itself /,
  /^The database at 127\.0\.0\.1:\d+ is unavailable: .+ and streams stay open\.$/,
  /^The database at 127\.0\.0\.1:\d+ is available again\.$/,
]

/** The lines of a server's output that are neither expected nor of an outage. SIGKILL may have cut off the last one. */
export function unexpectedLines(output: string): string[] {
  const lines = output.split('\n').slice(0, -1)
  return lines.filter((line) => {
    const allowed = line.startsWith('{') ? LOGGED : PRINTED
    return !allowed.some((pattern) => pattern.test(messageOf(line)))
  })
}

function messageOf(line: string): string {
  try {
    return JSON.parse(line).msg
  } catch {
    return line
  }
}
