import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openTab } from './support/browser.ts'
import { stage } from './support/stage.ts'

const { pollcast, somebody } = await stage()

const openForm = async () => openTab(await somebody(), `${pollcast.url}/new`)
/** The name, and the place among those of that name, of the field that has the focus. */
const focused = (tab: Page) =>
  tab.evaluate(() => {
    const field = document.activeElement as HTMLInputElement
    return `${field.name} ${[...document.getElementsByName(field.name)].indexOf(field) + 1}`
  })

test('Enter in a choice goes to the next one, and adds one only after a last one that is filled', async () => {
  const tab = await openForm()
  const choices = tab.locator('[name=choice]')
  await choices.nth(0).fill('Pizza')
  await choices.nth(0).press('Enter')
  expect(await focused(tab)).toBe('choice 2')
  await tab.keyboard.press('Enter')
  expect(await choices.count()).toBe(2)
  await tab.keyboard.type('Ramen')
  await tab.keyboard.press('Enter')
  await expect.poll(() => focused(tab)).toBe('choice 3')
})

test('who removes a choice by keyboard goes on at its neighbour', async () => {
  const tab = await openForm()
  const add = tab.getByRole('button', { name: 'Add a choice' })
  await add.click()
  await add.click()
  await tab.getByRole('button', { name: 'Remove choice 2' }).press('Enter')
  await expect.poll(() => focused(tab)).toBe('choice 2')
  await tab.getByRole('button', { name: 'Remove choice 3' }).press('Enter')
  await expect.poll(() => focused(tab)).toBe('choice 2')
})

test('a poll that is refused puts the focus on the first field that was wrong', async () => {
  const tab = await openForm()
  await tab.getByLabel('Question').fill('Lunch?')
  await tab.locator('[name=choice]').nth(0).fill('Pizza')
  await tab.locator('[name=choice]').nth(1).fill('Pizza')
  await tab.getByRole('button', { name: 'Create the poll' }).press('Enter')
  await tab.getByText(/stands in the list already/i).waitFor()
  await expect.poll(() => focused(tab)).toBe('choice 2')
})

test('a poll that did not get through leaves the focus at the button to send it again', async () => {
  const tab = await openForm()
  await tab.getByLabel('Question').fill('Lunch?')
  await tab.locator('[name=choice]').nth(0).fill('Pizza')
  await tab.locator('[name=choice]').nth(1).fill('Ramen')
  await tab.route('**/api/polls', (route) => route.abort())
  await tab.getByRole('button', { name: 'Create the poll' }).press('Enter')
  await tab.getByTestId('problem').waitFor()
  await tab.locator('[type=submit]:focus').waitFor()
})
