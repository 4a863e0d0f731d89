import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { openTab } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser({ RETENTION_DAYS: '45' })

test('from the foot of any page one reads what is stored, under the settings of this server', async () => {
  const tab = await openTab(await newVoter(), pollcast.url)
  await tab.getByRole('link', { name: 'Privacy' }).click()
  const page = tab.getByTestId('privacy')
  await page.getByText('45 days after it was last used').waitFor()
  await page.getByText('counted in memory').waitFor()
  expect(tab.url()).toBe(pollcast.url + routes.privacyPage)
  expect(await tab.title()).toBe('Privacy · Pollcast')
  const served = await openTab(await newVoter({ locale: 'de' }), pollcast.url + routes.privacyPage)
  await served.getByTestId('privacy').getByText('45 Tage nach der letzten Nutzung').waitFor()
  expect(await served.title()).toBe('Datenschutz · Pollcast')

  // And without JavaScript.
  const plain = await openTab(
    await newVoter({ javaScriptEnabled: false, locale: 'de' }),
    pollcast.url + routes.privacyPage,
  )
  await plain.getByRole('heading', { level: 1, name: 'Datenschutz' }).waitFor()
  for (const selector of ['h2', 'p']) {
    const shown = await served.getByTestId('privacy').locator(selector).allTextContents()
    expect(shown.length).toBeGreaterThan(5)
    expect(await plain.locator(`#fallback ${selector}`).allTextContents()).toEqual(expect.arrayContaining(shown))
  }
})
