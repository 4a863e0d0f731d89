import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openTab } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

const openForm = async () => openTab(await newVoter(), `${pollcast.url}/new`)
/** The focused field: its name, and its number among the fields of that name. */
const focused = (tab: Page) =>
  tab.evaluate(() => {
    const field = document.activeElement as HTMLInputElement
    return `${field.name} ${[...document.getElementsByName(field.name)].indexOf(field) + 1}`
  })

test('Enter in a choice goes to the next one, and adds one after the last if that is filled in', async () => {
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

test('removing a choice by keyboard moves the focus to its neighbour', async () => {
  const tab = await openForm()
  const add = tab.getByRole('button', { name: 'Add a choice' })
  await add.click()
  await add.click()
  await tab.getByRole('button', { name: 'Remove choice 2' }).press('Enter')
  await expect.poll(() => focused(tab)).toBe('choice 2')
  await tab.getByRole('button', { name: 'Remove choice 3' }).press('Enter')
  await expect.poll(() => focused(tab)).toBe('choice 2')
})

test('a refused poll moves the focus to the first wrong field', async () => {
  const tab = await openForm()
  await tab.getByLabel('Question').fill('Lunch?')
  await tab.locator('[name=choice]').nth(0).fill('Pizza')
  await tab.locator('[name=choice]').nth(1).fill('Pizza')
  await tab.getByRole('button', { name: 'Start the poll' }).press('Enter')
  await tab.getByText(/already in the list/i).waitFor()
  await expect.poll(() => focused(tab)).toBe('choice 2')
})

test('a poll that could not be sent moves the focus to the button to send it again', async () => {
  const tab = await openForm()
  await tab.getByLabel('Question').fill('Lunch?')
  await tab.locator('[name=choice]').nth(0).fill('Pizza')
  await tab.locator('[name=choice]').nth(1).fill('Ramen')
  await tab.route('**/api/polls', (route) => route.abort())
  await tab.getByRole('button', { name: 'Start the poll' }).press('Enter')
  await tab.getByTestId('problem').waitFor()
  await tab.locator('[type=submit]:focus').waitFor()
})
