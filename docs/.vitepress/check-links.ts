import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Ends the build for a link to a page or a heading that is not there. VitePress sees neither headings nor the sidebar. */
export function checkLinks(folder: string, base: string): void {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'))
  const pages = new Map(names.map((name) => [base + name, readFileSync(join(folder, name), 'utf8')]))
  const dead: string[] = []
  for (const [address, html] of pages) {
    for (const [, href = ''] of html.matchAll(/<a [^>]*?href="([^":]+)"/g)) {
      const { pathname, hash } = new URL(href, `http://site${address}`)
      const target = pages.get(pathname.replace(/\/$/, '/index.html'))
      if (!target || (hash && !target.includes(` id="${decodeURIComponent(hash.slice(1))}"`))) {
        dead.push(`${address}: ${href}`)
      }
    }
  }
  if (dead.length > 0) throw new Error(`Some links lead nowhere:\n${dead.join('\n')}`)
}
