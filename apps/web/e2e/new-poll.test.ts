import { limits } from '@pollcast/shared/limits'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { openTab } from './support/browser.ts'
import { startServerAndBrowser } from './support/setup.ts'

const { pollcast, newVoter } = await startServerAndBrowser()

const openForm = async (query = '') => openTab(await newVoter(), `${pollcast.url}/new${query}`)
/** The focused field: its name, and its number among the fields of that name. */
const focused = (tab: Page) =>
  tab.evaluate(() => {
    const field = document.activeElement as HTMLInputElement
    return `${field.name} ${[...document.getElementsByName(field.name)].indexOf(field) + 1}`
  })
const has = (tab: Page, field: string) => expect.poll(() => focused(tab)).toBe(field)
const question = (tab: Page) => tab.locator('[name=question]')
const choices = (tab: Page) => tab.locator('[name=choice]')
const texts = (tab: Page) =>
  choices(tab).evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value))
const holds = (tab: Page, ...expected: string[]) => expect.poll(() => texts(tab)).toEqual(expected)
const write = async (tab: Page, ...written: string[]) => {
  await question(tab).fill('Lunch?')
  for (const [index, text] of written.entries()) await choices(tab).nth(index).fill(text)
}
const start = (tab: Page) => tab.getByRole('button', { name: /Start the poll/ }).click()
const started = (tab: Page) => tab.waitForURL(/\/r\/\d{6,}\/host$/)
const codeOf = (tab: Page) => /\/r\/(\d+)/.exec(tab.url())?.[1] ?? ''
const roomOf = async (tab: Page, hostKey = '') => {
  const headers = { Authorization: `Bearer ${hostKey}` }
  return (await fetch(`${pollcast.url}/api/rooms/${codeOf(tab)}`, hostKey ? { headers } : {})).json()
}
/** The host key that the browser keeps of the last room. */
const keptKey = (tab: Page): Promise<string> =>
  tab.evaluate(() => JSON.parse(localStorage.getItem('pollcast.rooms') ?? '[]')[0]?.hostKey ?? '')
const paste = (tab: Page, text: string) =>
  tab.evaluate((pasted) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', pasted)
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
    document.activeElement?.dispatchEvent(event)
  }, text)

test('from the page to a room that takes votes with nothing but typing and one key', async () => {
  const tab = await openForm()
  await has(tab, 'question 1')
  await tab.keyboard.type('What should we have for lunch?')
  await tab.keyboard.press('Enter')
  await has(tab, 'choice 1')
  await tab.keyboard.type('Pizza')
  await tab.keyboard.press('Enter')
  await has(tab, 'choice 2')
  await tab.keyboard.type('Ramen')
  await tab.keyboard.press('Control+Enter')
  await started(tab)

  const { poll, polls } = await roomOf(tab, await keptKey(tab))
  expect(poll).toMatchObject({ question: 'What should we have for lunch?', status: 'open', listed: false })
  expect(polls).toHaveLength(1)
  await pollcast.vote(poll.id, 1)
  expect((await roomOf(tab)).poll.choices).toMatchObject([
    { text: 'Pizza', votes: 0 },
    { text: 'Ramen', votes: 1 },
  ])
  await tab.goto(`${pollcast.url}/new`)
  await holds(tab, '', '')
})

test('the question has the focus also where the page is opened from another one', async () => {
  const tab = await openTab(await newVoter(), pollcast.url)
  await tab.getByRole('link', { name: 'Ask a question' }).click()
  await has(tab, 'question 1')
})

test('Enter puts a choice below, and Backspace in an empty one takes it away', async () => {
  const tab = await openForm()
  await write(tab, 'Pizza', 'Ramen')
  await holds(tab, 'Pizza', 'Ramen', '')
  await choices(tab).nth(0).press('Enter')
  await has(tab, 'choice 2')
  await holds(tab, 'Pizza', '', 'Ramen', '')
  await tab.keyboard.press('Enter')
  await has(tab, 'choice 3')
  await choices(tab).nth(1).press('Backspace')
  await has(tab, 'choice 1')
  await holds(tab, 'Pizza', 'Ramen', '')
  await choices(tab).nth(0).fill('')
  await tab.keyboard.press('Backspace')
  await has(tab, 'question 1')
  await holds(tab, 'Ramen', '')
})

test('the Enter that ends a composition is not Enter, with the mark of Chromium and with that of Safari', async () => {
  const tab = await openForm()
  for (const name of ['question', 'choice']) {
    await tab.locator(`[name=${name}]`).first().focus()
    await tab.evaluate(() => {
      const press = (init: KeyboardEventInit) =>
        document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, ...init }))
      press({ isComposing: true })
      press({ keyCode: 229 })
      press({ keyCode: 229, ctrlKey: true })
    })
    await has(tab, `${name} 1`)
  }
  expect(tab.url()).toBe(`${pollcast.url}/new`)
})

test('a pasted list becomes choices without its marks, and one in the empty question a whole poll', async () => {
  const tab = await openForm()
  await write(tab, 'Pizza')
  await choices(tab).nth(1).focus()
  await paste(tab, '- Ramen\n- Salad\n- Curry')
  await holds(tab, 'Pizza', 'Ramen', 'Salad', 'Curry', '')
  await has(tab, 'choice 5')

  const other = await openForm()
  await has(other, 'question 1')
  await paste(other, 'Which day?\nMonday\nFriday')
  await holds(other, 'Monday', 'Friday', '')
  expect(await question(other).inputValue()).toBe('Which day?')
})

test('of a longer list as many are taken as a poll can have, and it says how many were not', async () => {
  const tab = await openForm()
  await choices(tab).nth(0).focus()
  await paste(tab, Array.from({ length: 53 }, (_, index) => `Choice number ${index}`).join('\n'))
  await expect.poll(() => choices(tab).count()).toBe(50)
  await expect.poll(() => tab.getByTestId('overflow').textContent()).toContain('3 lines')
})

test('choices are moved by buttons, which keep the focus, and by dragging', async () => {
  const tab = await openForm('?q=Order?&c=A&c=B&c=C')
  await tab.getByRole('button', { name: 'Move “A” down' }).press('Enter')
  await holds(tab, 'B', 'A', 'C', '')
  await tab.keyboard.press('Enter')
  await holds(tab, 'B', 'C', 'A', '')
  expect(await tab.getByTestId('moved').textContent()).toBe('“A” is choice 3 now.')

  const grips = tab.locator('.grip')
  const [from, to] = [await grips.nth(2).boundingBox(), await grips.nth(0).boundingBox()]
  await tab.mouse.move((from?.x ?? 0) + 5, (from?.y ?? 0) + 5)
  await tab.mouse.down()
  await tab.mouse.move((to?.x ?? 0) + 5, (to?.y ?? 0) + 5, { steps: 4 })
  await tab.mouse.up()
  await holds(tab, 'A', 'B', 'C', '')
})

test('a link fills in as many choices as a poll may have, as long as they may be', async () => {
  const written = Array.from({ length: limits.maxChoices }, (_, index) => `${index} `.padEnd(limits.choiceLength, 'x'))
  const query = new URLSearchParams({ q: 'Long?' })
  for (const text of written) query.append('c', text)
  const tab = await openForm(`?${query}`)
  expect(await question(tab).inputValue()).toBe('Long?')
  await holds(tab, ...written)
})

test('a link fills in the question and choices, and what is written since survives a reload', async () => {
  const tab = await openForm('?q=Lunch%3F&c=Pizza&c=Ramen')
  expect(await question(tab).inputValue()).toBe('Lunch?')
  await holds(tab, 'Pizza', 'Ramen', '')
  await choices(tab).nth(2).fill('Salad')
  await tab.getByLabel('Who sees the results').selectOption('after-vote')
  await tab.reload()
  await holds(tab, 'Pizza', 'Ramen', 'Salad', '')
  expect(await tab.getByLabel('Who sees the results').inputValue()).toBe('after-vote')
})

test('the phone beside it shows what voters will see', async () => {
  const tab = await openForm('?q=Lunch%3F&c=Pizza&c=Ramen')
  const phone = tab.getByTestId('preview')
  await expect.poll(() => phone.textContent()).toContain('Lunch?')
  await choices(tab).nth(2).fill('Salad')
  await expect.poll(() => phone.textContent()).toContain('Salad')
  expect(await phone.textContent()).toContain('0%')
  await tab.getByLabel('Who sees the results').selectOption('host')
  await expect.poll(() => phone.textContent()).not.toContain('0%')
})

test('each setting reaches the poll', async () => {
  const tab = await openForm('?q=Lunch%3F&c=Pizza&c=Ramen&c=Salad')
  await tab.getByLabel('Choices on a ballot', { exact: true }).selectOption('several')
  await tab.getByLabel('Choices on a ballot, at least').selectOption('2')
  await tab.getByLabel('Choices on a ballot, at most').selectOption('3')
  await tab.getByLabel('Who sees the results').selectOption('after-close')
  await tab.getByLabel('Who votes').selectOption('code')
  await tab.getByLabel('End', { exact: true }).selectOption('10')
  await tab.getByText('More settings').click()
  await tab.getByLabel('Voters needed to show results').selectOption('5')
  for (const name of ['allowChange', 'shuffleChoices', 'listed', 'publishBallots'])
    await tab.locator(`[name=${name}]`).click()
  await start(tab)
  await started(tab)
  const { poll } = await roomOf(tab)
  expect(poll).toMatchObject({
    minChoices: 2,
    maxChoices: 3,
    resultsVisibility: 'after-close',
    resultsFromVoters: 5,
    voteMode: 'code',
    allowChange: false,
    shuffleChoices: true,
    listed: true,
    publishBallots: true,
  })
  expect(Date.parse(poll.closesAt)).toBeGreaterThan(Date.parse(poll.createdAt))
})

test('a refused poll says at each field what is wrong, and loses nothing', async () => {
  const tab = await openForm()
  await choices(tab).nth(0).fill('Pizza')
  await choices(tab).nth(1).fill('Pizza')
  await start(tab)
  await tab.getByText('Please fix the highlighted fields.').waitFor()
  await tab.getByText("Can't be empty.").waitFor()
  await tab.getByText('Already in the list.').waitFor()
  await has(tab, 'question 1')
  await holds(tab, 'Pizza', 'Pizza', '')
  await question(tab).fill('Lunch?')
  await choices(tab).nth(1).fill('')
  await start(tab)
  await tab.getByText('Add at least 2 choices.').waitFor()
  await choices(tab).nth(1).fill('R'.repeat(121))
  await tab.getByText('At most 120 characters.').waitFor()
})

test('a poll whose answer was lost is made once, also after a reload', async () => {
  const tab = await openForm()
  await write(tab, 'Pizza', 'Ramen')
  await tab.getByLabel('End', { exact: true }).selectOption('30')
  const keys: (string | undefined)[] = []
  await tab.route('**/api/polls', async (route) => {
    keys.push(route.request().headers()['idempotency-key'])
    await route.fetch()
    await route.abort()
  })
  await start(tab)
  await tab.getByTestId('problem').waitFor()
  await tab.locator('[type=submit]:focus').waitFor()
  await tab.reload()
  await start(tab)
  await tab.getByTestId('problem').waitFor()
  expect(new Set(keys).size).toBe(1)
  await tab.unroute('**/api/polls')
  await start(tab)
  await started(tab)
  expect((await roomOf(tab, await keptKey(tab))).polls).toHaveLength(1)
})

test('a question goes into a room of this browser, and gets one of its own where the key is not here', async () => {
  const tab = await openForm('?q=First%3F&c=A&c=B')
  await start(tab)
  await started(tab)
  const code = codeOf(tab)
  await tab.goto(`${pollcast.url}/new?room=${code}&q=Second%3F&c=A&c=B`)
  await expect.poll(() => tab.getByTestId('into-room').textContent()).toContain('First?')
  await start(tab)
  await started(tab)
  expect(codeOf(tab)).toBe(code)
  const { polls } = await roomOf(tab, await keptKey(tab))
  expect(polls.map((poll: { question: string }) => poll.question)).toEqual(['First?', 'Second?'])

  const other = await openForm(`?room=${code}&q=Mine%3F&c=A&c=B`)
  await expect.poll(() => other.getByTestId('into-room').textContent()).toContain('no host key')
  await start(other)
  await started(other)
  expect(codeOf(other)).not.toBe(code)
})

test('questions of another tool are shown with what was not taken, and come into one room in their order', async () => {
  const tab = await openForm()
  await tab.getByRole('button', { name: 'Import questions' }).click()
  await tab
    .getByLabel('Paste a text')
    .fill('::One:: First? { =A ~B }\n\n::Two:: Second? { =C ~D ~E }\n\n::Three:: Why? {}')
  const found = tab.getByTestId('imported')
  await expect.poll(() => found.textContent()).toContain('2 questions found.')
  expect(await found.textContent()).toContain('an essay')
  expect(await found.textContent()).toContain('Polls have no right answers')
  await tab.getByRole('button', { name: 'Use these 2 questions' }).click()
  expect(await question(tab).inputValue()).toBe('First?')
  await tab.getByTestId('drafts').getByRole('button', { name: 'Second?', exact: true }).click()
  await holds(tab, 'C', 'D', 'E', '')
  await start(tab)
  await started(tab)
  const { polls, poll } = await roomOf(tab, await keptKey(tab))
  expect(polls.map((one: { question: string }) => one.question)).toEqual(['First?', 'Second?'])
  expect(poll.question).toBe('First?')
})

test('an import adds to what is written, and where one of its questions is refused the others are kept', async () => {
  const tab = await openForm()
  await write(tab, 'Pizza', 'Ramen')
  await tab.getByRole('button', { name: 'Import questions' }).click()
  const file = {
    name: 'polls.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('Day?\n- Mon\n- Tue\n\nTime?\n- 9\n- 10'),
  }
  await tab.getByLabel('Or a file').setInputFiles(file)
  await tab.getByRole('button', { name: 'Use these 2 questions' }).click()
  await expect.poll(() => tab.getByTestId('drafts').getByRole('listitem').count()).toBe(3)
  await question(tab).fill('')
  await start(tab)
  await tab.getByText("Can't be empty.").waitFor()
  await holds(tab, 'Mon', 'Tue', '')
  await expect.poll(() => tab.getByTestId('drafts').getByRole('listitem').count()).toBe(2)
  await question(tab).fill('Which day?')
  await start(tab)
  await started(tab)
  const { polls } = await roomOf(tab, await keptKey(tab))
  expect(polls.map((one: { question: string }) => one.question)).toEqual(['Lunch?', 'Which day?', 'Time?'])
})
