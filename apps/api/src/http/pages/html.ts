import { routes } from '@pollcast/shared/routes'
import { directionOf } from '@pollcast/shared/text-direction'
import type { Texts } from '../texts/languages.ts'

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Escapes text for use between tags, and in attributes within double quotes. */
export const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character] ?? character)

export interface Head {
  title: string
  /** In the page's language. */
  texts: Texts
  /** Addresses of stylesheets. */
  styles: readonly string[]
  /** HTML of further elements in the head. */
  more?: string
}

/** A whole page around a body of HTML. */
export function htmlPage({ title, texts, styles, more = '' }: Head, body: string): string {
  const { language } = texts
  return `<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#f8f5ec" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#0d1613" media="(prefers-color-scheme: dark)">
<meta name="description" content="${escapeHtml(texts.t('plain.description'))}">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="apple-touch-icon" href="/icon-192.png">
<link rel="manifest" href="/manifest.webmanifest">
${styles.map((href) => `<link rel="stylesheet" href="${href}">`).join('\n')}
${more}
</head>
<body>
${body}
</body>
</html>
`
}

/** The mark of the app's header. */
const MARK =
  '<svg class="logo" viewBox="0 0 20 18" aria-hidden="true"><path d="M0 0h20v4H0zM0 7h12v4H0zM0 14h6v4H0z"/></svg>'

/** The body of a page without the web app, in the app's style. */
export const plainPage = (content: string, attributes = '') => `<div class="plain"${attributes && ` ${attributes}`}>
<header><a class="name" href="${routes.listPage}">${MARK} Pollcast</a></header>
<main tabindex="-1">
${content}
</main>
</div>`
