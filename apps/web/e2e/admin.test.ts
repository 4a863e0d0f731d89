import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { isLive, openTab } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const KEY = 'an-admin-key-for-tests'
const { pollcast, newVoter } = await startServerAndBrowser({ ADMIN_KEY: KEY })

const adminPage = () => pollcast.url + routes.adminPage

test('the page opens with the key that is typed, not with another, and keeps it in no address and no storage', async () => {
  const voter = await newVoter()
  const tab = await openTab(voter, adminPage())
  const enter = async (key: string) => {
    await tab.locator('[name=key]').fill(key)
    await tab.getByRole('button', { name: 'Open' }).click()
  }
  await enter('not-the-key-of-this-server')
  await tab.getByText("This is not this server's admin key.").first().waitFor()
  await enter(KEY)
  await tab.getByTestId('admin-status').getByText('SQLite').waitFor()
  expect(tab.url()).toBe(adminPage())
  expect(await tab.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).not.toContain(KEY)
  await tab.reload()
  await tab.locator('[name=key]').waitFor()
})

test('from a link with the key, a room is found, closed and deleted, and a host who lost the key gets another', async () => {
  const room = await pollcast.makeRoom({ question: 'Where is it?', choices: ['Here', 'There'], listed: true })
  await pollcast.makeRoom({ question: 'Another?', choices: ['Yes', 'No'] })
  const tab = await openTab(await newVoter(), `${adminPage()}#${KEY}`)
  await tab.getByTestId('admin-room').first().waitFor()
  expect(tab.url()).toBe(adminPage())
  await tab.locator('[name=search]').fill('where is')
  await tab.getByRole('button', { name: 'Find' }).click()
  const row = tab.getByTestId('admin-room')
  await expect.poll(() => row.count()).toBe(1)
  const act = async (name: string) => {
    await row.locator(`[data-act=${name}]`).click()
    await tab.locator('dialog[open]').getByTestId('confirm').click()
  }
  await act('close')
  await row.getByText('1 question, 0 open').waitFor()
  await act('unlist')
  await expect.poll(() => row.locator('[data-act=unlist]').count()).toBe(0)
  await act('new-key')
  const link = await tab.getByTestId('new-link').getByRole('link').getAttribute('href')
  const host = await openTab(await newVoter(), link ?? '')
  await host.getByTestId('panel-log').locator('> summary').click()
  await expect
    .poll(() => host.getByTestId('log').locator('b').allTextContents())
    .toEqual([
      "Host key replaced by the server's admin",
      "Taken off the front page by the server's admin",
      "Closed by the server's admin",
      'Created',
    ])
  const voter = await openTab(await newVoter(), room.page)
  await isLive(voter)
  await act('delete')
  await tab.getByText('0 rooms').waitFor()
  await voter
    .getByText(/deleted/)
    .first()
    .waitFor()
})

test('what the server refuses to do with a room is said, beside the list as it is now', async () => {
  const room = await pollcast.makeRoom({ question: 'Still there?', choices: ['Yes', 'No'] })
  const tab = await openTab(await newVoter(), `${adminPage()}#${KEY}`)
  const row = tab.getByTestId('admin-room').filter({ hasText: 'Still there?' })
  await row.waitFor()
  await tab.getByTestId('admin-status').getByText('SQLite').waitFor()
  const headers = { Authorization: `Bearer ${KEY}` }
  const gone = await fetch(pollcast.url + routes.adminRoom(room.code), { method: 'DELETE', headers })
  expect(gone.status).toBe(204)
  await row.locator('[data-act=close]').click()
  await tab.locator('dialog[open]').getByTestId('confirm').click()
  await tab
    .getByText(/This room was deleted|no such room|doesn't exist/)
    .first()
    .waitFor()
  await expect.poll(() => row.count()).toBe(0)
  await tab
    .getByText(/This room was deleted/)
    .first()
    .waitFor()
  await tab.getByRole('button', { name: 'Find' }).click()
  await expect.poll(() => tab.getByText(/This room was deleted/).count()).toBe(0)
})

test('an address is blocked, and what is none is said so', async () => {
  const tab = await openTab(await newVoter(), `${adminPage()}#${KEY}`)
  await tab.locator('[name=address]').fill('nowhere')
  await tab.getByRole('button', { name: 'Block for an hour' }).click()
  await tab.getByText('This is not an IPv4 or IPv6 address.').waitFor()
  await tab.locator('[name=address]').fill('2001:db8::9')
  await tab.getByRole('button', { name: 'Block for an hour' }).click()
  await tab.getByTestId('blocked').getByText('2001:db8:0:0::/64 is blocked until').waitFor()
  await tab.getByRole('button', { name: 'Unblock' }).click()
  await tab.getByTestId('blocked').getByText('is not blocked').waitFor()
})
