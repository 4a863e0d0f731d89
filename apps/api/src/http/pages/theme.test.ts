import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contextSchema } from '@pollcast/shared/context'
import { routes } from '@pollcast/shared/routes'
import { expect, test } from 'vitest'
import { openApp } from '../../../testing/app.ts'
import { get, RawConnection } from '../../../testing/raw-connection.ts'
import { EXAMPLE_THEME, themeFolder } from '../../../testing/theme-folder.ts'
import { createPoll, form } from '../../../testing/voter.ts'
import { webBuild } from '../../../testing/web-build.ts'
import { readTheme } from '../../theme/read-theme.ts'
import { POLLCAST_THEME } from '../../theme/theme.ts'
import { chartStyle } from '../chart/style.ts'

const BROWSER = { Accept: 'text/html,*/*;q=0.8' }
const NAME = 'Hillside Library'

const setUp = async (themeDir = EXAMPLE_THEME, publicUrl?: string) => {
  const webRoot = webBuild()
  writeFileSync(join(webRoot, 'manifest.webmanifest'), JSON.stringify({ name: 'Pollcast', start_url: './', icons: [] }))
  const app = await openApp({ webRoot, themeDir, publicUrl })
  const { poll, room } = await createPoll(app.url)
  const page = async (path: string) => (await fetch(app.url + path, { headers: BROWSER })).text()
  return { ...app, poll, room, page }
}

test('every page has the theme: its stylesheet after the app’s, its colours, icon, logo and name', async () => {
  const { url, poll, room, page } = await setUp()
  const refused = await fetch(url + routes.votes(poll.id), {
    ...form('choice=0'),
    headers: { ...form('').headers, ...BROWSER },
  })
  expect(refused.status).toBe(422)
  const { styles, logo, icon } = readTheme(EXAMPLE_THEME)
  const paths = [
    '/',
    routes.pollPage(poll.id),
    routes.hostPage(room.code),
    '/nothing',
    routes.docsPage,
    routes.privacyPage,
  ]
  const framed = [routes.roomEmbed(room.code), routes.embedPage]
  const pages = await Promise.all([...paths, ...framed].map(page))
  for (const [index, html] of [await refused.text(), ...pages].entries()) {
    expect(html).toContain(`/assets/index-9z.css">\n<link rel="stylesheet" href="${styles[0]}">`)
    expect(html).toContain('<meta name="theme-color" content="#f5f8ff" media="(prefers-color-scheme: light)">')
    expect(html).toContain('<meta name="theme-color" content="#0c1226" media="(prefers-color-scheme: dark)">')
    expect(html).toContain(`<link rel="icon" href="${icon?.address}" type="image/svg+xml">`)
    expect(html).toMatch(/<title>[^<]*Hillside Library<\/title>/)
    expect(html).not.toMatch(/[ =">]Pollcast</)
    // Frames have no header: what is around them is somebody's page already.
    if (index > paths.length) continue
    expect(html).toContain(
      `<img class="site-logo" src="${logo?.light.address}" width="244" height="48" alt="${NAME}"></picture></a>`,
    )
  }
})

test('files are served from memory with their type, for ever; and compressed where that helps', async () => {
  const { url } = await setUp()
  const types = { css: 'text/css; charset=utf-8', svg: 'image/svg+xml', ttf: 'font/ttf' }
  for (const [address, bytes] of readTheme(EXAMPLE_THEME).files) {
    const headers = { 'Accept-Encoding': 'br' }
    const answer = await fetch(url + address, { headers })
    expect(answer.headers.get('Content-Type')).toBe(types[address.split('.')[1] as keyof typeof types])
    expect(answer.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
    expect(answer.headers.get('Content-Encoding')).toBe('br')
    expect(answer.headers.get('X-Content-Type-Options')).toBe('nosniff')
    // An SVG is drawn with its own styles, pictures and fonts, in an <img> of Firefox too; opened alone it runs and loads nothing.
    expect(answer.headers.get('Content-Security-Policy')).toBe(
      address.endsWith('.svg')
        ? "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'none'; sandbox"
        : "default-src 'none';frame-ancestors 'none'",
    )
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes)
    const known = { 'If-None-Match': answer.headers.get('ETag') ?? '', 'Cache-Control': 'max-age=0' }
    const again = await fetch(url + address, { headers: { ...headers, ...known } })
    expect(again.status).toBe(304)
  }
})

test('nothing else of the folder is served', async () => {
  const { port } = await setUp()
  for (const path of [
    'theme.json',
    'logo.svg',
    'theme-/../theme.json',
    '..%2ftheme.json',
    '%2e%2e/%2e%2e/etc/passwd',
  ]) {
    const connection = await RawConnection.open(port)
    expect(await connection.send(get(`/assets/${path}`)).until(/\r\n\r\n/)).toMatch(/^HTTP\/1\.1 404 /)
  }
})

test('the installed app has the theme’s name, colours and icon', async () => {
  const { url } = await setUp()
  const manifest = (await (await fetch(`${url}/manifest.webmanifest`)).json()) as { icons: { src: string }[] }
  expect(manifest).toMatchObject({ name: NAME, short_name: NAME, start_url: './', theme_color: '#f5f8ff' })
  expect(manifest.icons).toEqual([expect.objectContaining({ sizes: 'any', type: 'image/svg+xml' })])
  expect((await fetch(new URL(manifest.icons[0]?.src ?? '', `${url}/manifest.webmanifest`))).status).toBe(200)
})

test('under a path, everything of the theme is there too', async () => {
  const { poll, page, url } = await setUp(EXAMPLE_THEME, 'https://example.com/tools')
  const html = await page(`/tools${routes.pollPage(poll.id)}`)
  const addresses = [...html.matchAll(/"([^" ]*\/assets\/theme-[^"]*)"/g)].map(([, address]) => address ?? '')
  expect(addresses.length).toBeGreaterThan(5)
  for (const address of addresses) {
    expect(address).toMatch(/^\/tools\/assets\//)
    expect((await fetch(url + address)).status).toBe(200)
  }
  const context = contextSchema.parse(JSON.parse(/id="context">(.*?)<\/script>/.exec(html)?.[1] ?? ''))
  expect(context.site?.logo?.dark?.address).toMatch(/^\/tools\/assets\/theme-/)
})

test('pictures of a poll have the theme’s colours and font, and links to it its name', async () => {
  const { url, poll, page } = await setUp()
  const chart = await fetch(url + routes.chartSvg(poll.id))
  const svg = await chart.text()
  expect(svg).toContain('.bar,.mark{fill:#2450b8}')
  expect(svg).toContain('.bar,.mark{fill:#9dbbff}')
  expect(svg).toContain('font-family:"Lexend",Besley')
  // Plain ink: soft ink is too faint on the leader's tint.
  expect(svg).toContain('class="count"')
  const style = /<style>([^<]*)<\/style>/.exec(svg)?.[1] ?? ''
  const hash = createHash('sha256').update(style).digest('base64')
  expect(chart.headers.get('Content-Security-Policy')).toContain(`style-src 'sha256-${hash}'`)
  expect(await page(routes.pollPage(poll.id))).toContain(`<meta property="og:site_name" content="${NAME}">`)
  const embed = await (await fetch(`${url}${routes.oembed}?url=${url}${routes.pollPage(poll.id)}`)).json()
  expect(embed).toMatchObject({ provider_name: NAME })
})

test('a name alone stands where Pollcast does, and texts in it are escaped', async () => {
  const { page } = await setUp(themeFolder({ name: 'A <b> & "B"' }))
  const html = await page('/')
  expect(html).toContain('<a class="name" href="/">A &lt;b&gt; &amp; &quot;B&quot;</a>')
  expect(html).toContain('"site":{"name":"A \\u003cb> & \\"B\\""}')
  expect(html).toContain('<link rel="icon" href="/favicon.svg" type="image/svg+xml">')
})

test('the add-in for slides has the theme’s name, escaped', async () => {
  const { url } = await setUp(themeFolder({ name: 'A <b> & "B"' }), 'https://polls.example')
  const manifest = await (await fetch(url + routes.officeManifest)).text()
  expect(manifest).toContain('<ProviderName>A &lt;b&gt; &amp; &quot;B&quot;</ProviderName>')
  expect(manifest).toContain('<DisplayName DefaultValue="A &lt;b&gt; &amp; &quot;B&quot;"/>')
})

test('without a theme, charts are drawn as they always were', () => {
  const { css } = chartStyle(POLLCAST_THEME)
  expect(css).toContain('font-family:Inter,system-ui,sans-serif')
  expect(css).toContain('.paper{fill:#f8f5ec}.row{fill:#14231e;fill-opacity:.07}.bar,.mark{fill:#0b6b58}')
})
