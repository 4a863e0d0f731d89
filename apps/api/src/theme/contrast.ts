import { clampRgb, formatHex, interpolate, oklch, wcagContrast } from 'culori'
import { type Palette, type Scheme, TINTS, type Token } from './palette.ts'

/** What WCAG 2.2 asks for: of text (1.4.3), and of what is not text but has to be seen (1.4.11). */
const TEXT = 4.5
const GRAPHIC = 3

/** What lies behind something: a token, or a mixture of two. */
type Behind = Token | 'bar-tint' | 'bar-tint-leader' | 'screen-row'

interface Pair {
  of: Token
  on: Behind
  needs: number
  /** What is seen in it, in the plural. */
  what: string
}

const pairs = (needs: number, what: string, of: Token, on: readonly Behind[]): Pair[] =>
  on.map((one) => ({ of, on: one, needs, what }))

/**
 * What lies on what on the pages. Lines and tracks only decorate, and the mark of the leader repeats what the percents say.
 */
const PAIRS: readonly Pair[] = [
  ...pairs(TEXT, 'texts', 'ink', ['paper', 'sheet', 'hover', 'warning-paper']),
  ...pairs(TEXT, 'the texts of choices', 'ink', ['bar-tint', 'bar-tint-leader', 'screen-row']),
  ...pairs(TEXT, 'small texts', 'ink-soft', ['paper', 'sheet', 'hover', 'screen-row']),
  ...pairs(TEXT, 'the texts of disabled buttons', 'ink-soft', ['track']),
  ...pairs(TEXT, 'the numbers of choices', 'ink-on-bar', [
    'sheet',
    'hover',
    'bar-tint',
    'bar-tint-leader',
    'screen-row',
  ]),
  ...pairs(TEXT, 'links and codes', 'accent', ['paper', 'sheet']),
  ...pairs(TEXT, 'the texts of buttons', 'accent-ink', ['accent']),
  ...pairs(TEXT, 'the texts of strong buttons', 'paper', ['ink']),
  ...pairs(TEXT, 'warnings', 'warning', ['paper', 'sheet', 'warning-paper']),
  ...pairs(GRAPHIC, 'rings around what has the focus', 'focus', ['paper', 'sheet']),
]

interface Failure extends Pair {
  ratio: number
  /** The colour behind, as it is mixed. */
  behind: string
}

/** Pairs whose contrast is too low. */
export function contrastFailures(palette: Palette, scheme: Scheme): Failure[] {
  return PAIRS.map((pair) => {
    const behind = behindOf(pair.on, palette, scheme)
    return { ...pair, behind, ratio: wcagContrast(palette[pair.of], behind) }
  }).filter(({ ratio, needs }) => ratio < needs)
}

function behindOf(on: Behind, palette: Palette, scheme: Scheme): string {
  const { accent, sheet, ink, paper } = palette
  if (on === 'bar-tint') return mix(accent, TINTS[scheme].other, sheet)
  if (on === 'bar-tint-leader') return mix(accent, TINTS[scheme].leader, sheet)
  // Rows on the big screen (pages/ScreenPage.vue) and of pictures (http/chart/style.ts).
  return on === 'screen-row' ? mix(ink, 0.07, paper) : palette[on]
}

/** As `color-mix(in srgb, …)` has it. */
const mix = (one: string, share: number, other: string): string => formatHex(interpolate([other, one], 'rgb')(share))

/** The nearest lightness of a token's colour at which no pair with it fails; undefined where there is none. */
export function passing(token: Token, palette: Palette, scheme: Scheme): string | undefined {
  const colour = oklch(palette[token])
  if (!colour) return undefined
  const lightnesses = Array.from({ length: 101 }, (_, index) => index / 100)
  return lightnesses
    .toSorted((one, other) => Math.abs(one - colour.l) - Math.abs(other - colour.l))
    .map((l) => formatHex(clampRgb({ ...colour, l })))
    .find((hex) => {
      const failures = contrastFailures({ ...palette, [token]: hex }, scheme)
      return !failures.some(({ of, on }) => of === token || on === token)
    })
}
