import { imageSize } from 'image-size'
import { ThemeRefused } from './theme-refused.ts'

/** The kinds that all browsers show, as their names end. */
export const PICTURES = ['svg', 'png', 'jpg', 'webp'] as const
const ICONS = ['svg', 'png'] as const

/** Of an icon as a PNG, in pixels: what phones ask of an installed app. */
const ICON_SIZE = 192

interface Measured<Kind> {
  type: Kind
  width: number
  height: number
}

/** What may stand in front of an SVG's root element (XML 1.0, section 2.8). */
const BEFORE_ROOT = /^(?:\uFEFF|\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^[>"']|"[^"]*"|'[^']*')*(?:\[.*?\]\s*)?>)/s

/** An SVG without what is in front of its root element, which the library looks for in the first 1,000 bytes; all else as it is. */
function fromRoot(bytes: Buffer): Buffer {
  let text = bytes.toString()
  for (let found = BEFORE_ROOT.exec(text); found; found = BEFORE_ROOT.exec(text)) text = text.slice(found[0].length)
  return text.startsWith('<svg') ? Buffer.from(text) : bytes
}

/** What a picture is by its content, whatever its name says. */
export function readPicture<Kind extends string>(path: string, bytes: Buffer, kinds: readonly Kind[]): Measured<Kind> {
  try {
    const { type: found, width, height } = imageSize(fromRoot(bytes))
    const type = kinds.find((kind) => kind === found)
    if (type && width > 0 && height > 0) return { type, width, height }
  } catch {
    // It is none that the library knows, or it is broken.
  }
  throw new ThemeRefused(
    `THEME_DIR: ${path} is not a picture that can be used. It must be one of ${kinds.join(', ')}, an SVG with a viewBox.`,
  )
}

export function readIcon(path: string, bytes: Buffer): Measured<'svg' | 'png'> {
  const icon = readPicture(path, bytes, ICONS)
  if (icon.width === icon.height && (icon.type === 'svg' || icon.width >= ICON_SIZE)) return icon
  throw new ThemeRefused(
    `THEME_DIR: ${path} is ${icon.width} × ${icon.height}. An icon must be a square, as a PNG of ${ICON_SIZE} pixels or more.`,
  )
}
