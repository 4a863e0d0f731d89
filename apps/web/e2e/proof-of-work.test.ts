import { Voter } from '@pollcast/api/testing/voter'
import { routes } from '@pollcast/shared/routes'
import { expect, onTestFinished, test } from 'vitest'
import { choice, isLive, openTab, shows } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

/** Plain http, as in a hall: there is no crypto.subtle. */
const hall = () => `http://hall.test:${pollcast.port}`

/**
 * Takes every token that new voters of this machine have without proving work, until the test ends. Resolves when the first
 * vote was refused.
 */
async function takeTokens(): Promise<void> {
  const url = `http://127.0.0.1:${pollcast.port}`
  const { id } = await pollcast.makePoll('Who else?', ['Yes', 'No'])
  const { choices } = await new Voter(url).read(id)
  const init = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ choiceIds: [choices[0]?.id] }),
  }
  let hasEnded = false
  await new Promise<void>((refused) => {
    const take = async () => {
      while (!hasEnded) {
        const { status } = await fetch(url + routes.votes(id), init)
        if (status === 429) refused()
      }
    }
    const taking = [take(), take()]
    onTestFinished(async () => {
      hasEnded = true
      await Promise.all(taking)
    })
  })
}

test('beyond the burst of their network a voter votes as always: the page has solved the challenge that it came with', async () => {
  const { id } = await pollcast.makePoll('In the hall?', ['Yes', 'No'])
  await takeTokens()
  const tab = await openTab(await newVoter(), hall() + routes.pollPage(id))
  expect(await tab.evaluate(() => isSecureContext)).toBe(false)
  await isLive(tab)
  const sent: (string | undefined)[] = []
  tab.on('request', (request) => {
    if (request.url().endsWith('/votes')) sent.push(request.headers()['pollcast-proof'])
  })
  await choice(tab, 'No').click()
  await shows(tab, [0, 1])
  expect(sent).toEqual([expect.any(String)])
  expect(await tab.getByTestId('problem').count()).toBe(0)

  // From now on they are known.
  await choice(tab, 'Yes').click()
  await shows(tab, [1, 0])
  expect(sent).toEqual([expect.any(String), undefined])
})

test('a page from before the burst, and one whose browser refuses workers, vote without a word too', async () => {
  const { id } = await pollcast.makePoll('No workers?', ['Yes', 'No'])
  const voter = await newVoter()
  await voter.addInitScript(() => Object.defineProperty(globalThis, 'Worker', { value: undefined }))
  const tab = await openTab(voter, hall() + routes.pollPage(id))
  await isLive(tab)
  await takeTokens()
  // They are a new voter again.
  await voter.clearCookies()
  await choice(tab, 'No').click()
  await shows(tab, [0, 1])
  expect(await tab.getByTestId('problem').count()).toBe(0)
})

test('the host sees voters beyond the burst of their network, has them not counted, and counted again', async () => {
  const { code, hostKey, id } = await pollcast.makeRoom({ question: 'Stuffed?', choices: ['Yes', 'No'] })
  await takeTokens()
  const voter = await newVoter()
  const tab = await openTab(voter, hall() + routes.roomPage(code))
  await isLive(tab)
  await choice(tab, 'No').click()
  await shows(tab, [0, 1])

  const host = await openTab(await newVoter(), `${pollcast.url}${routes.hostPage(code)}#${hostKey}`)
  const burst = host.getByTestId('burst')
  await burst.getByText('1 voter came in a burst').waitFor()
  await burst.getByRole('button', { name: "Don't count them" }).click()
  await burst.getByText('not counted').waitFor()
  await shows(tab, [0, 0])
  await choice(tab, 'Yes').click()
  await tab.getByText('the host does not count their votes').waitFor()
  await burst.getByRole('button', { name: 'Count them again' }).click()
  await shows(tab, [0, 1])
  await host.getByTestId('panel-log').locator('> summary').click()
  await expect
    .poll(() => host.getByTestId('log').locator('b').allTextContents())
    .toEqual([
      'Votes of a burst counted again',
      'Votes of a burst no longer counted',
      'Many new voters from one network',
      'Created',
    ])
  expect(await new Voter(pollcast.url).read(id)).toMatchObject({ voters: 1 })
})
