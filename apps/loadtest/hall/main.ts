import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BuiltServer } from '@pollcast/api/testing/built-server'
import { ProofSolver } from '@pollcast/api/testing/proof-solver'
import { createPoll, json, Voter } from '@pollcast/api/testing/voter'
import type { PageContext } from '@pollcast/shared/context'
import type { Challenge } from '@pollcast/shared/proof-of-work'
import { routes } from '@pollcast/shared/routes'
import { command, parse, wholeNumber } from '../processes/command-line.ts'

const HELP = `A hall of phones behind one address, and a script that stuffs a poll from one, side by side.

Usage: npm run hall

Options:

  --voters N   phones, and votes of the script (1000)
  --cores N    cores that the script solves its challenges on (1)
  -h, --help   shows this help`

interface Work {
  url: string
  pollId: string
  choiceId: number
  roomCode: string
  solver: ProofSolver
}

interface Measured {
  name: string
  seconds: number
  counted: number
  refused: number
  solved: number
}

await command(main)

async function main(args: string[]): Promise<void> {
  const { values } = parse({
    args,
    options: {
      voters: { type: 'string', default: '1000' },
      cores: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(HELP)
  const voters = wholeNumber('voters', values.voters, 1, 3000)
  const cores = wholeNumber('cores', values.cores, 1, 64)
  const rows = [
    await measure('hall', 'on', cores, voters, phone),
    await measure('script', 'on', cores, voters, script),
    await measure('script, RATE_LIMIT=off', 'off', cores, voters, script),
  ]
  console.log(`${voters} voters of one address; challenges solved on ${cores} core${cores > 1 ? 's' : ''}\n`)
  for (const { name, seconds, counted, refused, solved } of rows) {
    console.log(`${name.padEnd(24)} ${seconds.toFixed(1)} s, ${counted} counted, ${refused} refused, ${solved} solved`)
  }
  process.exit(0)
}

/** Each on a server and a poll of its own, 50 voters at a time. */
async function measure(
  name: string,
  limit: 'on' | 'off',
  cores: number,
  voters: number,
  vote: (work: Work) => Promise<{ refused: number; solved: number }>,
): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'pollcast-hall-'))
  const server = new BuiltServer({ DATABASE_URL: `sqlite:${join(folder, 'polls.sqlite')}`, RATE_LIMIT: limit })
  const solver = new ProofSolver(cores)
  try {
    const { url } = await server.address()
    const { poll, room } = await createPoll(url)
    const work = { url, pollId: poll.id, choiceId: poll.choices[0]?.id ?? 0, roomCode: room.code, solver }
    const sum = { refused: 0, solved: 0 }
    let left = voters
    const start = performance.now()
    const one = async () => {
      while (left > 0) {
        left -= 1
        const { refused, solved } = await vote(work)
        sum.refused += refused
        sum.solved += solved
      }
    }
    await Promise.all(Array.from({ length: 50 }, one))
    const seconds = (performance.now() - start) / 1000
    return { name, seconds, counted: (await new Voter(url).read(poll.id)).voters, ...sum }
  } finally {
    await solver.close()
    await server.end()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Loads the page, and votes with the challenge that came with it solved. Each phone is a processor of its own, here all share some. */
async function phone({ url, pollId, choiceId, roomCode, solver }: Work) {
  const voter = new Voter(url)
  const page = await (await voter.ask(routes.roomPage(roomCode))).text()
  const [, context = '{}'] = /<script type="application\/json" id="context">(.*?)<\/script>/.exec(page) ?? []
  const { challenge } = JSON.parse(context) as PageContext
  const ballot = json({ choiceIds: [choiceId] })
  const headers = { ...ballot.headers, ...(challenge && { 'Pollcast-Proof': await solver.solve(challenge) }) }
  const answer = await voter.ask(routes.votes(pollId), { ...ballot, headers })
  await answer.text()
  return { refused: answer.status === 201 ? 0 : 1, solved: challenge ? 1 : 0 }
}

/** Votes as a new voter, and again with the solution where it is refused. */
async function script({ url, pollId, choiceId, solver }: Work) {
  const ballot = json({ choiceIds: [choiceId] })
  const answer = await fetch(url + routes.votes(pollId), ballot)
  if (answer.status === 201) {
    await answer.text()
    return { refused: 0, solved: 0 }
  }
  const { challenge } = (await answer.json()) as { challenge?: Challenge }
  if (!challenge) return { refused: 1, solved: 0 }
  const headers = { ...ballot.headers, 'Pollcast-Proof': await solver.solve(challenge) }
  const again = await fetch(url + routes.votes(pollId), { ...ballot, headers })
  await again.text()
  return { refused: again.status === 201 ? 1 : 2, solved: 1 }
}
