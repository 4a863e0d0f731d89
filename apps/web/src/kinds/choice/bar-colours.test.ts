import { expect, test } from 'vitest'
import tokens from '../../styles/tokens.css?raw'
import { barColours } from './bar-colours.ts'

const [lightBackground = '', darkBackground = ''] = [...tokens.matchAll(/--paper: (#\w{6})/g)].map(
  ([, colour]) => colour,
)

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

test.each([
  ['light', lightBackground],
  ['dark', darkBackground],
] as const)(
  'the colours of the %s scheme all differ, each with enough contrast to the background',
  (scheme, background) => {
    const colours = barColours[scheme]
    expect(new Set(colours).size).toBe(colours.length)
    for (const colour of colours) expect(contrast(colour, background), colour).toBeGreaterThanOrEqual(3)
  },
)
