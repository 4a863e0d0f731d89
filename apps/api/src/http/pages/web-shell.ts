import { existsSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { PageContext } from '@pollcast/shared/context'
import type { Theme } from '../../theme/theme.ts'
import type { Texts } from '../texts/languages.ts'
import { htmlPage } from './html.ts'

/** URLs of scripts (modules) and stylesheets. */
interface Files {
  scripts: readonly string[]
  styles: readonly string[]
}

/** What every page needs. */
export interface WebEntry extends Files {
  /** Whether Vite's server compiles the files. */
  isDev: boolean
  fonts: readonly string[]
  /** What the app would ask for only once it runs: by the page's name (src/pages/NAME.vue), or its language. */
  preloads: ReadonlyMap<string, Files>
}

export const devEntry: WebEntry = {
  isDev: true,
  scripts: ['/@vite/client', '/src/main.ts'],
  styles: ['fonts', 'tokens', 'base', 'controls', 'plain'].map((name) => `/src/styles/${name}.css`),
  fonts: [],
  preloads: new Map(),
}

interface Chunk {
  file: string
  css?: string[]
  imports?: string[]
}

type Manifest = Record<string, Chunk>

/** The compiled entry, from the manifest that `vite build` writes; undefined if nothing has been built. */
export function builtEntry(webRoot: string): WebEntry | undefined {
  const path = join(webRoot, '.vite', 'manifest.json')
  if (!existsSync(path)) return undefined
  const manifest: Manifest = JSON.parse(readFileSync(path, 'utf8'))
  const entry = manifest['index.html']
  if (!entry) return undefined
  const ofEntry = chunksOf(manifest, 'index.html')
  const preloads = new Map([['', filesOf(manifest, ofEntry.slice(1))]])
  for (const key of Object.keys(manifest)) {
    const [, name] = /^src\/(?:pages|i18n)\/(\w+)\.(?:vue|json)$/.exec(key) ?? []
    const more = chunksOf(manifest, key).filter((chunk) => !ofEntry.includes(chunk))
    if (name) preloads.set(name, filesOf(manifest, more))
  }
  // The one that headings in English need. Browsers load others as letters in the page ask for them.
  const fonts = Object.values(manifest).filter(({ file }) => /besley-latin-800-normal[^/]*\.woff2$/.test(file))
  return {
    isDev: false,
    scripts: [`/${entry.file}`],
    styles: filesOf(manifest, ofEntry).styles,
    fonts: fonts.map(({ file }) => `/${file}`),
    preloads,
  }
}

/** A chunk of the manifest, and all that it imports. */
function chunksOf(manifest: Manifest, key: string, found: string[] = []): string[] {
  if (found.includes(key)) return found
  found.push(key)
  for (const imported of manifest[key]?.imports ?? []) chunksOf(manifest, imported, found)
  return found
}

function filesOf(manifest: Manifest, keys: readonly string[]): Files {
  const chunks = keys.flatMap((key) => manifest[key] ?? [])
  return {
    scripts: chunks.map(({ file }) => `/${file}`),
    styles: chunks.flatMap(({ css = [] }) => css.map((file) => `/${file}`)),
  }
}

/** JSON for a script element: "</script>" and "<!--" can't occur in it. */
const scriptJson = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c')

export interface Shell {
  theme: Theme
  /** Of the component in src/pages. */
  page: string
  texts: Texts
  title: string
  context: PageContext
  /** What is shown if the app does not run. */
  fallback: string
  /** HTML of further elements in the head. */
  tags?: string
}

/** Fonts are requested with CORS. */
const fontPreload = (href: string, priority = '') =>
  `<link rel="preload" as="font" type="font/${extname(href).slice(1)}" href="${href}"${priority} crossorigin>`

/** The page around the app, with the data for its first rendering, and a fallback in case the app does not run. */
export function renderShell(
  entry: WebEntry,
  { theme, page, texts, title, context, fallback, tags = '' }: Shell,
): string {
  const early = ['', page, texts.language].flatMap((name) => entry.preloads.get(name) ?? [])
  const preloads = [
    ...early.flatMap(({ scripts }) => scripts.map((href) => `<link rel="modulepreload" href="${href}">`)),
    // Not as stylesheets: where one does not load, the app must learn of it. Vite asks for them with CORS.
    ...early.flatMap(({ styles }) =>
      styles.map((href) => `<link rel="preload" as="style" href="${href}" crossorigin>`),
    ),
    // Else the browser would learn of the font only when it lays out the first heading. A theme's can be large, so scripts come
    // before it.
    ...(theme.firstFont
      ? [fontPreload(theme.firstFont, ' fetchpriority="low"')]
      : entry.fonts.map((href) => fontPreload(href))),
  ]
  const scripts = entry.scripts.map((src) => `<script type="module" src="${src}"></script>`)
  const data = `<script type="application/json" id="context">${scriptJson(context)}</script>`
  const more = [...(tags ? [tags] : []), ...scripts, ...preloads, data].join('\n')
  return htmlPage({ title, texts, theme, styles: entry.styles, more }, `<div id="app"></div>\n${fallback}`)
}
