import type { Token } from './palette.ts'
import type { ThemeFile } from './theme-file.ts'

/** A file of a font, as it is served. */
export interface FontFace {
  family: string
  weight: string
  /** Its name beside the stylesheet. */
  name: string
}

/** What stands in for a font until it is there, and for what it has no letters for. */
const FALLBACK = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", sans-serif'

/**
 * The tokens of styles/tokens.css that the theme has, wherever this stands among the page's stylesheets. In forced colours
 * the reader's own stay, and paper is light.
 */
export function themeStylesheet({ light, dark, fonts }: ThemeFile, faces: readonly FontFace[]): string {
  const families = Object.entries(fonts).map(([name, font]) => `--font-${name}: "${font.family}", ${FALLBACK}`)
  const fontFaces = faces.map(
    ({ family, weight, name }) =>
      `@font-face { font-family: "${family}"; font-weight: ${weight}; font-display: swap; src: url(${name}) }`,
  )
  return [
    ...new Set(fontFaces),
    rule('all', families),
    rule('(forced-colors: none) and (prefers-color-scheme: light), print', colours(light)),
    rule('screen and (forced-colors: none) and (prefers-color-scheme: dark)', colours(dark)),
  ]
    .filter((one) => one !== '')
    .join('\n')
}

const colours = (given: Partial<Record<Token, string>>) =>
  Object.entries(given).map(([token, colour]) => `--${token}: ${colour}`)

// Stronger than :root alone: while developing, Vite adds its stylesheets after all others.
const rule = (media: string, declarations: readonly string[]) =>
  declarations.length === 0 ? '' : `@media ${media} { html:root { ${declarations.join('; ')} } }`
