import { expect, test } from 'vitest'
import tokens from './tokens.css?raw'

type Colour = [red: number, green: number, blue: number]

/** The colours of `:root` in a part of the file, by their names without the dashes. */
function coloursIn(css: string): Map<string, Colour> {
  const found = [...css.matchAll(/--([\w-]+): #(\w\w)(\w\w)(\w\w);/g)]
  return new Map(
    found.map(([, name = '', ...channels]) => [
      name,
      channels.map((channel) => Number.parseInt(channel, 16)) as Colour,
    ]),
  )
}

const [lightCss = '', darkCss = ''] = tokens.split('@media screen and (prefers-color-scheme: dark)')
const light = coloursIn(lightCss)
const schemes = { light, dark: new Map([...light, ...coloursIn(darkCss)]) }

/** WCAG 2.2, relative luminance. */
function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((value) => {
    const channel = value / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: Colour, other: Colour): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** color-mix(in srgb, one share, other). */
const mix = (one: Colour, share: number, other: Colour) =>
  one.map((value, index) => value * share + (other[index] ?? 0) * (1 - share)) as Colour

test.each(['light', 'dark'] as const)('texts of the %s scheme have the contrast of WCAG AA, on bars too', (scheme) => {
  const colour = (name: string) => schemes[scheme].get(name) as Colour
  const tint = mix(colour('accent'), 0.26, colour('sheet'))
  const leaderTint = mix(colour('accent'), 0.44, colour('sheet'))
  const texts: [text: string, background: Colour][] = [
    ...['paper', 'sheet', 'track', 'hover'].flatMap((name): [string, Colour][] => [
      ['ink', colour(name)],
      ['ink-soft', colour(name)],
    ]),
    ...[tint, leaderTint].flatMap((background): [string, Colour][] => [
      ['ink', background],
      ['ink-on-bar', background],
    ]),
    ['accent-ink', colour('accent')],
    ['accent', colour('paper')],
    ['accent', colour('sheet')],
    ['warning', colour('paper')],
    ['ink', colour('warning-paper')],
  ]
  for (const [text, background] of texts) {
    expect(contrast(colour(text), background), `${text} on ${background}`).toBeGreaterThanOrEqual(4.5)
  }
})

test.each(['light', 'dark'] as const)('a bar’s foot and the focus stand out in the %s scheme', (scheme) => {
  const colour = (name: string) => schemes[scheme].get(name) as Colour
  expect(contrast(colour('accent'), colour('sheet'))).toBeGreaterThanOrEqual(3)
  expect(contrast(colour('focus'), colour('paper'))).toBeGreaterThanOrEqual(3)
})
