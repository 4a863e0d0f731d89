import { findChromium } from '@pollcast/api/testing/chromium'
import { createPollOf } from '@pollcast/api/testing/voter'
import { routes } from '@pollcast/shared/routes'
import { chromium } from 'playwright-core'
import { command, parse, wholeNumber } from '../processes/command-line.ts'
import { OwnServer } from '../processes/own-server.ts'
import { Progress } from '../processes/progress.ts'
import { limitTime } from '../processes/time-limit.ts'
import { loadPage } from './load-page.ts'
import { report } from './report.ts'
import { measureVotes } from './vote-to-pixel.ts'

const HELP = `Measures the voter's page in Chromium, on a server of its own: how soon it is there on a slow phone with a slow
connection, whether anything in it moves, and how soon a vote is seen in another tab.

Usage: npm run page -- [options]

Options:

  --loads N        loads of the page, each with an empty cache (9)
  --votes N        votes, one after the other (100)
  --language TAG   the browser's language (en)
  -h, --help       shows this help

It uses the installed Chrome or Chromium, or the one in CHROME_PATH.`

const TIME_LIMIT_SECONDS = 600

await command(main)

async function main(args: string[]): Promise<void> {
  const { values } = parse({
    args,
    options: {
      loads: { type: 'string', default: '9' },
      votes: { type: 'string', default: '100' },
      language: { type: 'string', default: 'en' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return console.log(HELP)
  const loadCount = wholeNumber('loads', values.loads, 1, 1000)
  const voteCount = wholeNumber('votes', values.votes, 1, 10_000)
  limitTime(TIME_LIMIT_SECONDS)

  const progress = new Progress()
  const executablePath = await findChromium()
  const server = await OwnServer.start('pollcast', undefined, 1)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const [{ url } = { url: '' }] = server.target.bases
    const { room } = await createPollOf(url, {
      question: 'What should we build in the next quarter?',
      choices: ['Offline mode', 'A public API', 'Dark theme', 'Better search'],
    })
    const page = url + routes.roomPage(room.code)
    const loads = []
    for (let load = 1; load <= loadCount; load++) {
      progress.say('loading the page', `${load} of ${loadCount}`)
      loads.push(await loadPage(browser, page, values.language))
    }
    const votes = await measureVotes(browser, page, voteCount, (done) =>
      progress.say('voting', `${done} of ${voteCount}`),
    )
    progress.end()
    console.log(report(loads, votes, `Chromium ${browser.version()}, Node ${process.version}`))
  } finally {
    progress.end()
    await browser.close()
    await server.stop()
  }
}
