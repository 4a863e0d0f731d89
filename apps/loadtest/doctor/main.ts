import { command, parse, UsageError } from '../processes/command-line.ts'
import { lineFor } from './advice.ts'
import { type Examined, examine } from './examine.ts'

const HELP = `Opens a running Pollcast from outside, as browsers do, and says what is in the way.

Usage: npm run doctor -- https://my.host

Options:

  --quick      skips what takes half a minute: whether a stream stays open while it is silent
  --poll ID    the poll whose stream is opened (the newest that is listed)
  -h, --help   shows this help

For a certificate that this machine does not trust, name its authority: NODE_EXTRA_CA_CERTS=FILE.
The exit code is 0 if nothing is in the way, 1 if something is or it could not be found out.`

await command(main)

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parse({
    args,
    allowPositionals: true,
    options: { quick: { type: 'boolean' }, poll: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) return console.log(HELP)
  const [address = '', ...more] = positionals
  if (!/^https?:\/\//.test(address) || !URL.canParse(address) || more.length > 0) {
    throw new UsageError('Name one address, such as https://my.host.')
  }
  const url = new URL(address)
  const examined = await examine(url, values.quick === true, values.poll)
  console.log(report(url, examined))
  if (examined.findings.some(({ problem }) => problem)) process.exitCode = 1
}

function report(url: URL, { proxy, findings }: Examined): string {
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
  return lines.join('\n')
}
