import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DefaultTheme, defineConfig } from 'vitepress'
import { checkLinks } from './check-links.ts'
import { linksAsOnGitHub, slugify } from './links.ts'

const REPOSITORY = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8')

const { version } = JSON.parse(read('package.json'))
const icon = Buffer.from(read('apps/web/public/favicon.svg')).toString('base64')

/** Each under its heading, as the folder has them. */
const decisions: DefaultTheme.SidebarItem[] = readdirSync(join(REPOSITORY, 'docs/decisions'))
  .filter((name) => /^\d{4}-.+\.md$/.test(name))
  .map((name) => {
    const [, text = name] = /^# (.+)$/m.exec(read(`docs/decisions/${name}`)) ?? []
    return { text, link: `/decisions/${name}` }
  })

const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: 'Use it',
    items: [
      { text: 'Start in five minutes', link: '/start' },
      { text: 'Host a room', link: '/host' },
      { text: 'Polls in other pages', link: '/embed' },
      { text: 'Questions from other tools', link: '/imports' },
    ],
  },
  {
    text: 'Operate it',
    items: [
      { text: 'Deploy', link: '/deploy' },
      { text: 'Settings', link: '/settings' },
      { text: 'A theme', link: '/theme' },
      { text: 'Capacity', link: '/capacity' },
      { text: 'When something fails', link: '/failures' },
      { text: 'Back up and restore', link: '/backup' },
      { text: 'Upgrade', link: '/upgrade' },
      { text: 'The log', link: '/logs' },
      { text: 'Security', link: '/SECURITY' },
      { text: 'Changelog', link: '/CHANGELOG' },
    ],
  },
  {
    text: 'Build on it',
    items: [
      { text: 'The API', link: '/api' },
      { text: 'What a page shows when', link: '/live' },
      { text: 'Webhooks', link: '/webhooks' },
      { text: 'Examples', link: '/examples/' },
    ],
  },
  {
    text: 'How it is built',
    items: [
      { text: 'Architecture', link: '/architecture' },
      { text: 'Performance', link: '/performance' },
      { text: 'Contributing', link: '/CONTRIBUTING' },
      { text: 'Translating', link: '/translating' },
      { text: 'Decisions', link: '/decisions/' },
    ],
  },
]

/** The docs as a site: `npm run docs` builds it. It loads nothing from elsewhere. */
export default defineConfig({
  title: 'Pollcast',
  description: 'Live polls that you host yourself',
  // The changelog and the examples are pages too.
  srcDir: '..',
  srcExclude: ['README.md', 'apps/**', '.github/**'],
  rewrites: { 'docs/:path*': ':path*', 'examples/README.md': 'examples/index.md' },
  outDir: join(REPOSITORY, 'docs/.vitepress/dist'),
  cacheDir: join(REPOSITORY, 'docs/.vitepress/cache'),
  head: [['link', { rel: 'icon', href: `data:image/svg+xml;base64,${icon}` }]],
  // Addresses of a Pollcast that runs here. All others have to lead somewhere.
  ignoreDeadLinks: 'localhostLinks',
  markdown: {
    anchor: { slugify },
    config: (markdown) => linksAsOnGitHub(markdown, REPOSITORY),
    languageAlias: { caddyfile: 'nginx', haproxy: 'nginx' },
  },
  buildEnd: ({ outDir, site }) => checkLinks(outDir, site.base),
  themeConfig: {
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Deploy', link: '/deploy' },
      { text: 'API', link: '/api' },
      { text: version, link: '/CHANGELOG' },
    ],
    sidebar: { '/': sidebar, '/decisions/': [{ text: 'Decisions', link: '/decisions/', items: decisions }] },
    outline: 'deep',
    search: { provider: 'local' },
    docFooter: { prev: false, next: false },
  },
})
