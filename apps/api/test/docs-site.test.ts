import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { checkLinks } from '../../../docs/.vitepress/check-links.ts'
import { ROOT } from '../testing/built-server.ts'
import { tempFolder } from '../testing/temp-folder.ts'

/** Building takes long where the machine is busy. */
const TIMEOUT_MS = 300_000

test(
  'the docs build as a site in which no link is dead, every decision is listed and nothing is loaded from elsewhere',
  async () => {
    const folder = tempFolder()
    await promisify(execFile)('npm', ['run', 'docs', '--', '--outDir', folder], { cwd: ROOT })
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    expect(names).toEqual(expect.arrayContaining(['index.html', 'start.html', 'CHANGELOG.html', 'examples/index.html']))

    const list = readFileSync(join(folder, 'decisions/index.html'), 'utf8')
    const decisions = readdirSync(join(ROOT, 'docs/decisions')).filter((name) => /^\d/.test(name))
    expect(
      decisions.filter((name) => !list.includes(`<li><a href="/decisions/${name.replace(/md$/, 'html')}"`)),
    ).toEqual([])

    const loaded = names
      .filter((name) => /\.(html|css)$/.test(name))
      .flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(LOADED)].map(([text]) => text))
    expect(loaded).toEqual([])
  },
  TIMEOUT_MS,
)

/** What makes a browser ask another host. */
const LOADED =
  /<(?:script|link|img|iframe)\b[^>]*? (?:src|href)="(?:https?:)?\/\/[^"]*|(?:url\(|@import )["']?(?:https?:)?\/\/[^)]*/g

test.each([
  ['a page', 'href="/missing.html"'],
  ['a heading', 'href="/folder/page.html#missing"'],
])('a link to %s that is not there ends the build', (_, link) => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'folder'))
  writeFileSync(join(folder, 'folder/page.html'), '<h2 id="here">Here</h2>')
  const index = (anchor: string) => writeFileSync(join(folder, 'index.html'), `<p><a ${anchor}>there</a></p>`)
  index('href="/folder/page.html#here"')
  checkLinks(folder, '/')
  index(link)
  expect(() => checkLinks(folder, '/')).toThrow(/index\.html: .+missing/)
})
