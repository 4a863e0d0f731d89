import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../../testing/built-server.ts'
import { ChildServer } from '../../testing/child-server.ts'
import { blocksOf, docs } from '../../testing/docs-commands.ts'
import { freePort } from '../../testing/free-port.ts'
import { baseImage, inside, PATH } from '../../testing/image/build-image.ts'
import { tempFolder } from '../../testing/temp-folder.ts'
import { createPoll, Voter } from '../../testing/voter.ts'

/** It installs, compiles and builds. */
const TIMEOUT_MS = 1_800_000

/** Commands that serve until someone ends them. */
const SERVE = /^(npm start|npm run serve|pollcast)$/
const DEV = /^npm run dev$/

const pages = docs
  .map((path) => ({ path, blocks: blocksOf(path).filter(({ mark }) => mark === 'packages') }))
  .filter(({ blocks }) => blocks.length > 0)

describe('in a new Debian with Node', () => {
  let root: string

  beforeAll(async () => {
    root = join(tempFolder(afterAll), 'debian')
    execFileSync('cp', ['-a', await baseImage('node:24-bookworm'), root])
    // What a clone has, and what is about to be committed.
    const script = 'mkdir "$1" && git ls-files --cached --others --exclude-standard -z | xargs -0 cp --parents -t "$1"'
    execFileSync('sh', ['-ec', script, 'sh', join(root, 'clone')], { cwd: ROOT })
  })

  test.each(pages)(
    '$path: its commands go from nothing to a room that votes',
    async ({ blocks }) => {
      for (const { place, commands } of blocks) for (const command of commands) await run(command, place)
    },
    TIMEOUT_MS,
  )

  const run = async (command: string, place: string) => {
    const port = await freePort()
    const environment = { PATH, HOST: '127.0.0.1', PORT: String(port) }
    const child = new ChildServer(inside({ root, user: 'root', workdir: '/clone', environment }, command), { cwd: '/' })
    onTestFinished(() => child.end())
    if (DEV.test(command)) await child.until(/localhost:517\d/)
    else if (SERVE.test(command)) {
      await child.until(/Pollcast is at/)
      const url = `http://127.0.0.1:${port}`
      const { poll } = await createPoll(url)
      const voter = new Voter(url)
      await voter.vote(poll.id, poll.choices[0]?.id ?? 0)
      expect(await (await voter.ask(`/api/polls/${poll.id}`)).json()).toMatchObject({ voters: 1 })
    } else return expect(await child.exited, `${place}: ${command}\n${child.output}`).toBe(0)
    await child.end()
  }
})
