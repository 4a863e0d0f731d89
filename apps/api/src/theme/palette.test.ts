import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { contrastFailures } from './contrast.ts'
import { POLLCAST, TINTS, tokens } from './palette.ts'

const css = readFileSync(new URL('../../../web/src/styles/tokens.css', import.meta.url), 'utf8')
const [light = '', dark = ''] = css.split('@media screen and (prefers-color-scheme: dark)')

const coloursIn = (text: string) =>
  Object.fromEntries([...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name, colour]))

test('the palettes are those of the web app, and have all of its colours', () => {
  expect({ light: coloursIn(light), dark: coloursIn(dark) }).toEqual(POLLCAST)
})

test('tints are mixed as in the web app', () => {
  const shares = (text: string) =>
    [...text.matchAll(/var\(--bar\) (\d+)%/g)].map(([, percent]) => Number(percent) / 100)
  expect(shares(light)).toEqual([TINTS.light.other, TINTS.light.leader])
  expect(shares(dark)).toEqual([TINTS.dark.other])
  expect(TINTS.dark.leader).toBe(TINTS.light.leader)
})

test.each(['light', 'dark'] as const)('the contrast of Pollcast’s own colours is enough, %s', (scheme) => {
  expect(contrastFailures(POLLCAST[scheme], scheme)).toEqual([])
})

test('black on white has the contrast that WCAG says, and a colour on itself has none', () => {
  const same = Object.fromEntries(tokens.map((token) => [token, '#767676'])) as typeof POLLCAST.light
  const found = contrastFailures({ ...same, paper: '#ffffff' }, 'light')
  expect(found.find(({ of, on }) => of === 'ink' && on === 'sheet')?.ratio).toBe(1)
  // #767676 is the lightest grey that can be read on white.
  expect(found.find(({ of, on }) => of === 'ink' && on === 'paper')).toBeUndefined()
  const lighter = contrastFailures({ ...same, paper: '#ffffff', ink: '#777777' }, 'light')
  expect(lighter.find(({ of, on }) => of === 'ink' && on === 'paper')?.ratio).toBeCloseTo(4.48, 2)
})
