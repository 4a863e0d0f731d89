import { routes } from '@pollcast/shared/routes'

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Escapes text for use between tags, and in attributes within double quotes. */
export const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character] ?? character)

export interface Head {
  title: string
  /** Addresses of stylesheets. */
  styles: readonly string[]
  /** HTML of further elements in the head. */
  more?: string
}

/** A whole page around a body of HTML. */
export function htmlPage({ title, styles, more = '' }: Head, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="#f8f5ec" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="#0d1613" media="(prefers-color-scheme: dark)">
<meta name="description" content="Ask a question, share a link, and watch the votes come in.">
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

/** The body of a page without the web app, in the app's style. */
export const plainPage = (content: string, attributes = '') => `<div class="plain"${attributes && ` ${attributes}`}>
<header><a class="name" href="${routes.listPage}">Pollcast</a></header>
<main tabindex="-1">
${content}
</main>
</div>`
