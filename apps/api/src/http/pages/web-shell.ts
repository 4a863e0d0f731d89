import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PageContext } from '@pollcast/shared/context'
import { htmlPage } from './html.ts'

/** URLs of the scripts (modules) and stylesheets of a page. */
export interface WebEntry {
  scripts: string[]
  styles: string[]
}

/** In development, Vite's server compiles the files. */
export const devEntry: WebEntry = {
  scripts: ['/@vite/client', '/src/main.ts'],
  styles: ['tokens', 'base', 'controls', 'plain'].map((name) => `/src/styles/${name}.css`),
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
  return entry && { scripts: [`/${entry.file}`], styles: (entry.css ?? []).map((file) => `/${file}`) }
}

/** JSON for a script element: "</script>" and "<!--" can't occur in it. */
const scriptJson = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c')

/** The page around the app, with the data for its first rendering, and a fallback in case the app does not run. */
export function renderShell(entry: WebEntry, title: string, context: PageContext, fallback: string): string {
  const scripts = entry.scripts.map((src) => `<script type="module" src="${src}"></script>`)
  const more = [`<script type="application/json" id="context">${scriptJson(context)}</script>`, ...scripts].join('\n')
  return htmlPage({ title, styles: entry.styles, more }, `<div id="app"></div>\n${fallback}`)
}
