import { EXAMPLE_THEME, themeFolder } from '@pollcast/api/testing/theme-folder'
import { routes } from '@pollcast/shared/routes'
import { type AxeResults, source } from 'axe-core'
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { isLive, openContext, openTab } from './support/browser.ts'
import { Pollcast } from './support/pollcast.ts'
import { startServerAndBrowser } from './support/setup.ts'

vi.setConfig({ testTimeout: 300_000 })

const { pollcast, browser, newVoter } = await startServerAndBrowser({ THEME_DIR: EXAMPLE_THEME, WORKERS: '2' })

const LOGO = { isShown: true, alt: 'Hillside Library' }
const LIGHT = { paper: 'rgb(245, 248, 255)', ink: 'rgb(16, 28, 58)' }
const DARK = { paper: 'rgb(12, 18, 38)', ink: 'rgb(240, 244, 255)' }

/** What is asked for elsewhere than at the server. */
function straysOf(context: BrowserContext, { url }: Pollcast): string[] {
  const strays: string[] = []
  context.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(`${url}/`)) strays.push(request.url())
  })
  return strays
}

/** What a page shows of the theme once all of it has loaded. */
const looksOf = (tab: Page) =>
  tab.evaluate(async () => {
    await document.fonts.ready
    const logo = document.querySelector<HTMLImageElement>('.site-logo')
    await logo?.decode()
    const heading = getComputedStyle(document.querySelector('h1') ?? document.body)
    const faces = [...document.fonts].filter(({ family, status }) => /Lexend/.test(family) && status === 'loaded')
    return {
      paper: getComputedStyle(document.documentElement).backgroundColor,
      ink: heading.color,
      font: heading.fontFamily.split(',')[0],
      weights: faces.map(({ weight }) => weight).toSorted(),
      logo: logo && { isShown: logo.naturalWidth > 0 && logo.getBoundingClientRect().width > 60, alt: logo.alt },
    }
  })

/** The lowest pixels of the first bar, as the canvas has drawn them. */
const barOf = (tab: Page) =>
  tab.evaluate(() => {
    const canvas = document.querySelector('canvas') as HTMLCanvasElement
    const bottom = document.querySelector('.row')?.getBoundingClientRect().bottom ?? 0
    const y = (bottom - canvas.getBoundingClientRect().top - 4) * devicePixelRatio
    const [red, green, blue] = canvas.getContext('2d')?.getImageData(4, y, 1, 1).data ?? []
    return `rgb(${red}, ${green}, ${blue})`
  })

test.each<[string, BrowserContextOptions, typeof LIGHT, string]>([
  ['in light', {}, LIGHT, 'rgb(36, 80, 184)'],
  ['in dark', { colorScheme: 'dark' }, DARK, 'rgb(157, 187, 255)'],
  ['on a phone', { viewport: { width: 360, height: 740 }, hasTouch: true }, LIGHT, 'rgb(36, 80, 184)'],
])(
  'pages of voters, hosts, the big screen and frames have colours, font and logo, %s',
  async (_, options, colours, bar) => {
    const { id, code, hostKey } = await pollcast.makeRoom()
    await pollcast.vote(id, 0)
    const voter = await newVoter({ reducedMotion: 'reduce', ...options })
    const strays = straysOf(voter, pollcast)
    const found: unknown[] = []
    const paths = [
      routes.listPage,
      routes.roomPage(code),
      `${routes.hostPage(code)}#${hostKey}`,
      routes.screenPage(code),
    ]
    for (const path of [...paths, routes.roomEmbed(code)]) {
      const tab = await openTab(voter, pollcast.url + path)
      const isFrame = path === routes.roomEmbed(code)
      // The front page has two of them.
      const drawn = isFrame ? tab.getByTestId('choice') : tab.locator('[data-testid=connection][data-state=live]')
      await drawn.first().waitFor()
      const logo = isFrame ? null : LOGO
      expect(await looksOf(tab), path).toEqual({ ...colours, font: 'Lexend', weights: ['400', '800'], logo })
      if (path === routes.roomPage(code)) await expect.poll(() => barOf(tab)).toBe(bar)
      if (path === routes.listPage)
        expect(await tab.getByRole('link', { name: `${LOGO.alt} home`, exact: true }).count()).toBe(1)
      await tab.evaluate(source)
      const { violations }: AxeResults = await tab.evaluate(
        (runOnly) => Reflect.get(window, 'axe').run(document, { runOnly }),
        ['color-contrast', 'image-alt', 'link-name'],
      )
      found.push(...violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${path}: ${id}: ${target}`)))
      expect(await tab.title()).toMatch(/Hillside Library$/)
      await tab.close()
    }
    expect(found).toEqual([])
    expect(strays).toEqual([])
  },
)

test('the form without JavaScript has them too, and paper has the light ones', async () => {
  const { code } = await pollcast.makeRoom()
  const page = pollcast.url + routes.roomPage(code)
  const plain = await openTab(await newVoter({ javaScriptEnabled: false, colorScheme: 'dark' }), page)
  const header = plain.getByRole('img', { name: LOGO.alt })
  expect((await header.boundingBox())?.width).toBeGreaterThan(60)
  const button = plain.getByRole('button', { name: 'Vote' })
  const css = (name: string) =>
    button.evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), name)
  expect(await css('background-color')).toBe('rgb(157, 187, 255)')
  expect(await css('font-family')).toMatch(/^"?Lexend/)

  const printed = await openTab(await newVoter({ colorScheme: 'dark' }), page)
  await isLive(printed)
  await printed.emulateMedia({ media: 'print' })
  expect(await looksOf(printed)).toMatchObject({ ...LIGHT, logo: LOGO })
  const dark = await printed.evaluate(() => document.querySelector<HTMLImageElement>('.site-logo')?.currentSrc)
  await printed.emulateMedia({ media: 'screen' })
  await expect
    .poll(() => printed.evaluate(() => document.querySelector<HTMLImageElement>('.site-logo')?.currentSrc))
    .not.toBe(dark)
})

test('HTML that embeds a room or a poll has the theme’s name as the title of its frame', async () => {
  const themed = await Pollcast.start({ THEME_DIR: themeFolder({ name: 'A & "B"' }) })
  onTestFinished(() => themed.remove())
  const { code, hostKey } = await themed.makeRoom()
  const host = await openTab(await newVoter(), `${themed.url}${routes.hostPage(code)}#${hostKey}`)
  const embeds = host.getByTestId('panel-embed')
  await embeds.locator('> summary').click()
  const links = embeds.getByTestId('share-link')
  await links.first().waitFor()
  const frames = await links.evaluateAll((fields) => (fields as HTMLInputElement[]).map(({ value }) => value))
  expect(frames.slice(0, 2)).toEqual(Array(2).fill(expect.stringContaining(' title="A &amp; &quot;B&quot;" ')))
})

test('in forced colours, the reader’s own stay', async () => {
  const { code } = await pollcast.makeRoom()
  const tab = await openTab(await newVoter({ forcedColors: 'active' }), pollcast.url + routes.roomPage(code))
  await isLive(tab)
  const accent = await tab.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--accent'))
  expect(accent).toBe('#0b6b58')
})

test('a logo with a script, and with a picture from elsewhere, runs nothing and loads nothing from there', async () => {
  const evil = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 40" onload="document.title='ran'">
    <script>document.title = 'ran'; fetch('/api/ran')</script>
    <image href="http://elsewhere.test:${pollcast.port}/x.png" width="20" height="20"/><rect width="90" height="40"/></svg>`
  const themed = await Pollcast.start({
    THEME_DIR: themeFolder({ name: 'Evil', logo: { light: 'evil.svg' } }, { 'evil.svg': evil }),
  })
  onTestFinished(() => themed.remove())
  const { context: voter, errors } = await openContext(browser)
  onTestFinished(() => voter.close())
  const answered: string[] = []
  voter.on('response', (response) => answered.push(response.url()))
  const tab = await openTab(voter, themed.url)
  const logo = tab.getByRole('img', { name: 'Evil' })
  await expect
    .poll(() => logo.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth))
    .toBeGreaterThan(0)
  const address = await logo.evaluate((image: HTMLImageElement) => image.src)
  const alone = await voter.newPage()
  await alone.goto(address)
  // The browser says what it refused: the picture, and scripts.
  await expect.poll(() => errors).toContainEqual(expect.stringContaining('img-src data:'))
  await expect.poll(() => errors).toContainEqual(expect.stringMatching(/sandboxed|default-src 'none'/))
  expect([await tab.title(), await alone.title()]).not.toContain('ran')
  expect(answered).toContain(address)
  expect(answered.filter((url) => /elsewhere|\/ran$/.test(url))).toEqual([])
})
