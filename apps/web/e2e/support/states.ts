import { createPollOf } from '@pollcast/api/testing/voter'
import { routes } from '@pollcast/shared/routes'
import type { NewPollBody } from '@pollcast/shared/settings'
import type { Page } from 'playwright-core'
import type { Pollcast } from './pollcast.ts'

/** A page in a state that people see it in. */
export interface State {
  name: string
  path: string
  /** Brings the page, once it has loaded, into the state. */
  enter?: (tab: Page) => Promise<unknown>
}

const LONG = 'A rather long answer that goes on and on, as people write them, up to the hundred they may have'

const isLive = (tab: Page) => tab.locator('[data-testid=connection][data-state=live]').first().waitFor()
const hosting = async (tab: Page) => {
  await tab.getByTestId('live-results').waitFor()
  await tab.locator('[data-testid=connection][data-state=live]').first().waitFor({ state: 'attached' })
}

/** For the server whose pages these are. */
export const ADMIN_KEY = 'an-admin-key-for-tests'

/** Every page in every state, with some votes in. Each has a room of its own, so that none depends on another. */
export async function makeStates(pollcast: Pollcast): Promise<State[]> {
  const room = async (poll: Partial<NewPollBody> = {}, votes: number[] = [0, 0, 1]) => {
    const choices = ['Offline mode', LONG, 'Dark theme', 'Better search']
    const made = await pollcast.makeRoom({ question: 'What should we build next?', choices, ...poll })
    for (const index of votes) await pollcast.vote(made.id, index)
    return { ...made, path: routes.roomPage(made.code) }
  }
  const vote = async (tab: Page) => {
    await tab.getByTestId('choice').first().click()
    await tab.getByTestId('outcome').getByText('✓').waitFor()
  }

  const listed = await room({ listed: true })
  const plain = await room()
  const several = await room({ maxChoices: 2, question: 'Which two?' })
  const hidden = await room({ resultsVisibility: 'after-close' })
  const withCodes = await room({ voteMode: 'code' }, [])
  const tablet = await room({ voteMode: 'none' }, [])
  const closed = await room()
  await closed.change({ status: 'closed' })
  const between = await room()
  await between.move(null)
  const arabic = await room({ question: 'ماذا نأكل على الغداء؟', choices: ['بيتزا', 'Sushi', 'سلطة'] }, [0, 2])
  const { poll: deleted, hostKey } = await createPollOf(pollcast.url, {})
  const headers = { Authorization: `Bearer ${hostKey}` }
  await fetch(pollcast.url + routes.poll(deleted.id), { method: 'DELETE', headers })

  const hosted = await room()
  await hosted.addPoll({ question: 'And after that?', choices: ['Rest', 'More'] } as NewPollBody)
  await hosted.startRound()
  await pollcast.vote(hosted.id, 1)
  await hosted.issueCodes(3)
  const empty = await pollcast.makeRoom()
  await empty.move(null)
  const onScreen = await room({ question: 'What should we build in the next quarter, and whom do we build it with?' })
  const charted = await room({ choices: ['Offline mode', 'A public API', 'Dark theme', 'Better search'] })
  const many = await room({
    question: 'Which one?',
    choices: Array.from({ length: 14 }, (_, at) => `Choice ${at + 1}`),
  })
  const unanswered = await room({}, [])
  const link = ({ code, hostKey: key }: { code: string; hostKey: string }) => `${routes.hostPage(code)}#${key}`

  return [
    { name: 'front', path: routes.listPage, enter: isLive },
    {
      name: 'front with rooms',
      path: link(listed),
      async enter(tab) {
        await hosting(tab)
        await tab.goto(pollcast.url + routes.listPage)
        await isLive(tab)
      },
    },
    {
      name: 'front, no such code',
      path: routes.listPage,
      async enter(tab) {
        await tab.locator('form input').first().fill('999 999')
        await tab.keyboard.press('Enter')
        await tab.locator('[aria-invalid=true]').waitFor()
      },
    },
    { name: 'new', path: routes.newPollPage, enter: (tab) => tab.locator('form').waitFor() },
    {
      name: 'new, written',
      path: `${routes.newPollPage}?q=What+should+we+build%3F&c=Offline+mode&c=Dark+theme&c=Better+search`,
      enter: (tab) => tab.locator('form').waitFor(),
    },
    {
      name: 'new, refused',
      path: routes.newPollPage,
      async enter(tab) {
        await tab.locator('[type=submit]').click()
        await tab.locator('[aria-invalid=true]').first().waitFor()
      },
    },
    {
      name: 'new, importing',
      path: routes.newPollPage,
      async enter(tab) {
        await tab.locator('form .buttons .quiet').click()
        await tab.locator('dialog[open] textarea').fill('Lunch?\n- Pizza\n- Pizza\n\nSupper?\n- Soup\n- Salad')
      },
    },
    { name: 'voter', path: plain.path, enter: isLive },
    { name: 'voter, voted', path: plain.path, enter: async (tab) => [await isLive(tab), await vote(tab)] },
    { name: 'voter, no votes', path: unanswered.path, enter: isLive },
    {
      name: 'voter, several',
      path: several.path,
      enter: async (tab) => [await isLive(tab), await tab.getByTestId('choice').first().click()],
    },
    { name: 'voter, hidden', path: hidden.path, enter: isLive },
    { name: 'voter, code', path: withCodes.path, enter: isLive },
    { name: 'voter, tablet', path: tablet.path, enter: isLive },
    { name: 'voter, closed', path: closed.path, enter: (tab) => tab.getByTestId('choice').first().waitFor() },
    { name: 'voter, right to left', path: arabic.path, enter: isLive },
    { name: 'room, nothing on', path: between.path, enter: (tab) => tab.getByTestId('between').waitFor() },
    { name: 'poll', path: routes.pollPage(plain.id), enter: isLive },
    { name: 'poll, deleted', path: routes.pollPage(deleted.id) },
    { name: 'room not found', path: routes.roomPage('999999') },
    { name: 'not found', path: '/nothing' },
    {
      name: 'without scripts',
      path: plain.path,
      async enter(tab) {
        await tab.route('**/*.js', (route) => route.abort())
        await tab.reload()
        await tab.locator('#fallback button').waitFor()
      },
    },
    { name: 'host, without key', path: routes.hostPage(plain.code) },
    { name: 'host', path: link(hosted), enter: hosting },
    {
      name: 'host, all open',
      path: link(hosted),
      async enter(tab) {
        await hosting(tab)
        for (const summary of await tab.locator('summary').all()) await summary.click()
      },
    },
    { name: 'host, nothing on', path: link(empty) },
    { name: 'screen', path: routes.screenPage(onScreen.code), enter: isLive },
    {
      name: 'screen, code',
      path: routes.screenPage(onScreen.code),
      async enter(tab) {
        await isLive(tab)
        await tab.keyboard.press('q')
        await tab.getByTestId('big-code').waitFor()
      },
    },
    ...['columns', 'doughnut'].map((type) => ({
      name: `screen, ${type}`,
      path: `${routes.screenPage(charted.code)}?chart=${type}`,
      enter: (tab: Page) => tab.locator(`[data-type=${type}] canvas`).waitFor(),
    })),
    { name: 'screen, many choices', path: routes.screenPage(many.code), enter: isLive },
    { name: 'screen, hidden', path: routes.screenPage(hidden.code), enter: isLive },
    {
      name: 'screen, closed',
      path: routes.screenPage(closed.code),
      enter: (tab) => tab.getByTestId('choice').first().waitFor(),
    },
    { name: 'screen, nothing on', path: routes.screenPage(between.code) },
    { name: 'embed', path: routes.roomEmbed(plain.code), enter: isLive },
    {
      name: 'embed over a video',
      path: `${routes.roomEmbed(plain.code)}?transparent&max=3`,
      enter: (tab) => tab.locator('.row').first().waitFor(),
    },
    {
      name: 'embed, closed',
      path: routes.pollEmbed(closed.id),
      enter: (tab) => tab.getByTestId('choice').first().waitFor(),
    },
    { name: 'embed, code', path: routes.embedPage, enter: (tab) => tab.locator('input').waitFor() },
    { name: 'privacy', path: routes.privacyPage, enter: (tab) => tab.getByTestId('privacy').waitFor() },
    {
      name: 'docs',
      path: routes.docsPage,
      // Dozens of operations and schemas are alike: with all of them, axe would take longer than with all other pages.
      enter: (tab) =>
        tab.evaluate(() => {
          for (const article of document.querySelectorAll('article:nth-of-type(n + 3)')) article.remove()
        }),
    },
    { name: 'admin, without key', path: routes.adminPage, enter: (tab) => tab.locator('[name=key]').waitFor() },
    {
      name: 'admin',
      path: `${routes.adminPage}#${ADMIN_KEY}`,
      async enter(tab) {
        await tab.getByTestId('admin-room').first().waitFor()
        await tab.getByTestId('admin-status').getByText('SQLite').waitFor()
      },
    },
    {
      name: 'admin, asking',
      path: `${routes.adminPage}#${ADMIN_KEY}`,
      async enter(tab) {
        await tab.locator('[data-act=delete]').first().click()
        await tab.locator('dialog[open]').getByTestId('confirm').waitFor()
      },
    },
  ]
}

const FULLEST = [
  'front with rooms',
  'new, refused',
  'voter, voted',
  'host, all open',
  'screen',
  'embed',
  'privacy',
  'admin',
]

/** A state of each page, with as much in it as there can be: language, touch and size of text change a page in all its states alike. */
export const fullestOf = (states: readonly State[]): State[] => states.filter(({ name }) => FULLEST.includes(name))
