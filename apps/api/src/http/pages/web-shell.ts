import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PageContext } from '@pollcast/shared/context'
import { htmlPage } from './html.ts'

/** URLs of the scripts (modules), stylesheets and fonts that every page needs. */
export interface WebEntry {
  scripts: string[]
  styles: string[]
  fonts: string[]
}

/** In development, Vite's server compiles the files. */
export const devEntry: WebEntry = {
  scripts: ['/@vite/client', '/src/main.ts'],
  styles: ['fonts', 'tokens', 'base', 'controls', 'plain'].map((name) => `/src/styles/${name}.css`),
  fonts: [],
}

interface Chunk {
  file: string
  css?: string[]
}

/** The compiled entry, from the manifest that `vite build` writes; undefined if nothing has been built. */
export function builtEntry(webRoot: string): WebEntry | undefined {
  const path = join(webRoot, '.vite', 'manifest.json')
  if (!existsSync(path)) return undefined
  const manifest: Record<string, Chunk> = JSON.parse(readFileSync(path, 'utf8'))
  const entry = manifest['index.html']
  if (!entry) return undefined
  // The one that headings in English need. Browsers load others as letters in the page ask for them.
  const fonts = Object.values(manifest).filter(({ file }) => /besley-latin-wght-normal[^/]*\.woff2$/.test(file))
  return {
    scripts: [`/${entry.file}`],
    styles: (entry.css ?? []).map((file) => `/${file}`),
    fonts: fonts.map(({ file }) => `/${file}`),
  }
}

/** JSON for a script element: "</script>" and "<!--" can't occur in it. */
const scriptJson = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c')

/**
 * The page around the app, with the data for its first rendering, and a fallback in case the app does not run.
 *
 * @param tags HTML of further elements in the head
 */
export function renderShell(entry: WebEntry, title: string, context: PageContext, fallback: string, tags = ''): string {
  const scripts = entry.scripts.map((src) => `<script type="module" src="${src}"></script>`)
  // Else the browser would learn of the font only when it lays out the first heading. Fonts are requested with CORS.
  const fonts = entry.fonts.map((href) => `<link rel="preload" as="font" type="font/woff2" href="${href}" crossorigin>`)
  const data = `<script type="application/json" id="context">${scriptJson(context)}</script>`
  const more = [...(tags ? [tags] : []), ...fonts, data, ...scripts].join('\n')
  return htmlPage({ title, styles: entry.styles, more }, `<div id="app"></div>\n${fallback}`)
}
