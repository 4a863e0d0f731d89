import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PageContext } from '@pollcast/shared/context'

/** What a page loads: scripts as modules, and styles. */
export interface WebEntry {
  scripts: string[]
  styles: string[]
}

/** While developing, Vite's server compiles what the page asks for. */
export const devEntry: WebEntry = { scripts: ['/@vite/client', '/src/main.ts'], styles: [] }

interface Chunk {
  file: string
  css?: string[]
}

/** The compiled entry, from the manifest that `vite build` writes; undefined where nothing has been built. */
export function builtEntry(webRoot: string): WebEntry | undefined {
  const path = join(webRoot, '.vite', 'manifest.json')
  if (!existsSync(path)) return undefined
  const manifest: Record<string, Chunk> = JSON.parse(readFileSync(path, 'utf8'))
  const entry = manifest['index.html']
  return entry && { scripts: [`/${entry.file}`], styles: (entry.css ?? []).map((file) => `/${file}`) }
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (sign) => entities[sign] ?? sign)

/** JSON that can stand in a script element: no "</script>" and no "<!--" can come about in it. */
const scriptJson = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c')

/** The page around the app, with all that its first painting needs. */
export function renderShell(entry: WebEntry, title: string, context: PageContext): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#f4f6f3" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#101715" media="(prefers-color-scheme: dark)">
<meta name="description" content="Ask a question, share a link, and watch the votes come in.">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
${entry.styles.map((href) => `<link rel="stylesheet" href="${href}">`).join('\n')}
<script type="application/json" id="context">${scriptJson(context)}</script>
${entry.scripts.map((src) => `<script type="module" src="${src}"></script>`).join('\n')}
</head>
<body>
<div id="app"></div>
<noscript>Pollcast draws its charts as votes come in, and needs JavaScript for that. Please turn it on for this site.</noscript>
</body>
</html>
`
}
