import { existsSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'

/** What GitHub makes of a heading, so that one link is right in both places. */
export const slugify = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-')

/** The page that a file of the repository is on the site; undefined if it is none. */
const pageOf = (path: string): string | undefined => {
  if (path === 'README.md') return '/'
  if (path === 'examples/README.md') return '/examples/'
  if (path === 'docs/decisions') return '/decisions/'
  if (path === 'CHANGELOG.md') return '/CHANGELOG'
  return path.startsWith('docs/') && path.endsWith('.md') ? path.slice('docs'.length, -'.md'.length) : undefined
}

/**
 * Links lead from file to file, as they do on GitHub. Those to files that are no page here stay as their text: who reads the
 * site may have no repository beside it. One that leads nowhere ends the build.
 */
export function linksAsOnGitHub(markdown: MarkdownRenderer, repository: string): void {
  markdown.core.ruler.push('links-as-on-github', ({ tokens, env }) => {
    const folder = dirname(relative(repository, env.realPath ?? env.path))
    for (const { children } of tokens) {
      if (!children) continue
      let isShown = true
      const shown = children.filter((token) => {
        if (token.type === 'link_close') {
          const wasShown = isShown
          isShown = true
          return wasShown
        }
        const [path = '', hash] = (token.attrGet('href') ?? '').split('#')
        if (token.type !== 'link_open' || path === '' || /^\w+:/.test(path)) return true
        const target = normalize(join(folder, decodeURI(path))).replace(/\/$/, '')
        if (!existsSync(join(repository, target))) throw new Error(`${env.path}: there is no ${target}.`)
        const page = pageOf(target)
        isShown = page !== undefined
        if (page) token.attrSet('href', hash === undefined ? page : `${page}#${hash}`)
        return isShown
      })
      children.splice(0, children.length, ...shown)
    }
  })
}
