/** What a node says in a run without a fault of its own. */
const SAID = [
  /^Pollcast is at http/,
  /^Only the API is served/,
  /^Pollcast is closing …$/,
  /^Waiting for the database at /,
]

/** What it logs of others' faults: what is away, and what it does meanwhile. */
const LOGGED = [
  /^Other processes can't be told of votes; trying again: /,
  /^The snapshot cache is away; the database is read instead: /,
  /^The database at 127\.0\.0\.1:\d+ is away: .+ and streams stay open\.$/,
  /^The database at 127\.0\.0\.1:\d+ is back\.$/,
]

/** The lines of a node's output that nobody should have to read. The last one may have been cut off by a SIGKILL. */
export function unexpectedLines(output: string): string[] {
  const lines = output.split('\n').slice(0, -1)
  return lines.filter((line) => {
    const allowed = line.startsWith('{') ? LOGGED : SAID
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
