import { expect, test } from 'vitest'
import { choice, isLive, openTab, shows, tabled } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

test.each(['poll', 'room'] as const)(
  'a page of a %s that was loaded before an older database was put back, and asks only after it, shows what there is now',
  async (what) => {
    const room = await pollcast.makeRoom({ choices: ['Yes', 'No'] })
    await pollcast.vote(room.id, 0)
    await pollcast.keepCopy()
    for (let more = 0; more < 3; more++) await pollcast.vote(room.id, 1)
    const voter = await newVoter()
    let isCut = true
    await voter.route('**/api/**', (route) => (isCut ? route.abort() : route.continue()))
    const tab = await openTab(voter, what === 'room' ? room.page : `${pollcast.url}/polls/${room.id}`)
    await expect.poll(() => tabled(tab)).toEqual([1, 3])
    await pollcast.putCopyBack()
    isCut = false
    await isLive(tab)
    await shows(tab, [1, 0])
    await pollcast.vote(room.id, 0)
    await shows(tab, [2, 0])
  },
)

test('where an older file is put in the place of the database while the server runs, votes wait, and count after a restart', async () => {
  const room = await pollcast.makeRoom({ choices: ['Yes', 'No'] })
  await pollcast.vote(room.id, 0)
  await pollcast.keepCopy()
  for (let more = 0; more < 3; more++) await pollcast.vote(room.id, 1)
  const tab = await openTab(await newVoter(), room.page)
  await isLive(tab)
  await shows(tab, [1, 3])
  await pollcast.swapCopyIn()
  await choice(tab, 'Yes').click()
  await tab.getByText("The server can't take it at the moment. Your vote is kept").waitFor()
  await shows(tab, [1, 3])
  await pollcast.stop()
  await pollcast.start()
  await isLive(tab)
  await shows(tab, [2, 0])
  await choice(tab, 'Yes').getByText('Your vote').waitFor()
})
