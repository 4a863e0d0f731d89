import { ThemeRefused } from './theme-refused.ts'

/** What files begin with (WOFF2, section 4.1; OpenType, "Organization of an OpenType font"). */
const SIGNATURES = { woff2: ['774f4632'], otf: ['4f54544f'], ttf: ['00010000', '74727565'] }

/** What a font is by its content, whatever its name says. */
export function fontKind(path: string, bytes: Buffer): string {
  const signature = bytes.toString('hex', 0, 4)
  const [kind] = Object.entries(SIGNATURES).find(([, signatures]) => signatures.includes(signature)) ?? []
  if (kind) return kind
  throw new ThemeRefused(`THEME_DIR: ${path} is not a font that can be used. It must be in WOFF2, TTF or OTF.`)
}
