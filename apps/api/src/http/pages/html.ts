import { routes } from '@pollcast/shared/routes'
import { directionOf } from '@pollcast/shared/text-direction'
import { POLLCAST_THEME, type Theme } from '../../theme/theme.ts'
import type { Texts } from '../texts/languages.ts'

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Escapes text for use between tags, and in attributes within double quotes. */
export const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character] ?? character)

export interface Head {
  title: string
  /** In the page's language. */
  texts: Texts
  theme: Theme
  /** Addresses of stylesheets; the theme's come after them. */
  styles: readonly string[]
  /** HTML of further elements in the head. */
  more?: string
}

/** A whole page around a body of HTML. */
export function htmlPage({ title, texts, theme, styles, more = '' }: Head, body: string): string {
  const { language } = texts
  const { light, dark } = theme.colours
  return `<!doctype html>
<html lang="${language}" dir="${directionOf(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" content="${light.paper}" media="(prefers-color-scheme: light)">
<meta name="theme-color" content="${dark.paper}" media="(prefers-color-scheme: dark)">
<meta name="description" content="${escapeHtml(texts.t('plain.description'))}">
<title>${escapeHtml(title)}</title>
${iconLinks(theme)}
<link rel="manifest" href="/manifest.webmanifest">
${[...styles, ...theme.styles].map((href) => `<link rel="stylesheet" href="${href}">`).join('\n')}
${more}
</head>
<body>
${body}
</body>
</html>
`
}

/** A phone takes no SVG for what it puts on its home screen. */
function iconLinks({ icon }: Theme): string {
  const isSvg = icon?.type !== 'png'
  const link = `<link rel="icon" href="${icon?.address ?? '/favicon.svg'}" type="${isSvg ? 'image/svg+xml' : 'image/png'}">`
  const touch = icon === undefined ? '/icon-192.png' : isSvg ? undefined : icon.address
  return touch === undefined ? link : `${link}\n<link rel="apple-touch-icon" href="${touch}">`
}

/** The mark of the app's header. */
const MARK =
  '<svg class="logo" viewBox="0 0 20 18" aria-hidden="true"><path d="M0 0h20v4H0zM0 7h12v4H0zM0 14h6v4H0z"/></svg>'

/** Who the page is of: Pollcast, or what the theme has instead. As in the web app's SiteHeader.vue. */
function siteName({ name, logo }: Theme): string {
  if (!logo) return name === POLLCAST_THEME.name ? `${MARK} ${name}` : escapeHtml(name)
  const { light, dark } = logo
  const source = dark ? `<source srcset="${dark.address}" media="screen and (prefers-color-scheme: dark)">` : ''
  return `<picture>${source}<img class="site-logo" src="${light.address}" width="${light.width}" height="${light.height}" alt="${escapeHtml(name)}"></picture>`
}

/** The body of a page without the web app, in the app's style. */
export const plainPage = (
  theme: Theme,
  content: string,
  attributes = '',
) => `<div class="plain"${attributes && ` ${attributes}`}>
<header><a class="name" href="${routes.listPage}">${siteName(theme)}</a></header>
<main tabindex="-1">
${content}
</main>
</div>`
