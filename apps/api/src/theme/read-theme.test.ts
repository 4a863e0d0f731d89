import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempFolder } from '../../testing/temp-folder.ts'
import { EXAMPLE_THEME, themeFolder } from '../../testing/theme-folder.ts'
import { POLLCAST } from './palette.ts'
import { readTheme } from './read-theme.ts'
import { ThemeRefused } from './theme-refused.ts'

const refusal = (folder: string): string => {
  try {
    readTheme(folder)
  } catch (error) {
    expect(error).toBeInstanceOf(ThemeRefused)
    return (error as ThemeRefused).message
  }
  throw new Error(`was taken: ${folder}`)
}

const stylesheetOf = ({ files, styles }: ReturnType<typeof readTheme>) => String(files.get(styles[0] ?? ''))

test('a theme has what its folder says, and everything else is as in Pollcast', () => {
  const theme = readTheme(themeFolder({ name: 'Hillside', light: { accent: 'oklch(45% 0.16 262)' } }))
  expect(theme.name).toBe('Hillside')
  expect(theme.colours).toEqual({ light: { ...POLLCAST.light, accent: '#1e4eac' }, dark: POLLCAST.dark })
  expect(theme).toMatchObject({ logo: undefined, icon: undefined, firstFont: undefined, fontFiles: [] })
  expect(stylesheetOf(theme)).toBe(
    '@media (forced-colors: none) and (prefers-color-scheme: light), print { html:root { --accent: #1e4eac } }',
  )
})

test('files are known by their content, whatever their names say, and are served under names made of it', () => {
  const theme = readTheme(EXAMPLE_THEME)
  expect(theme.logo).toMatchObject({ light: { width: 244, height: 48 }, dark: { width: 244, height: 48 } })
  expect(theme.icon).toMatchObject({ type: 'svg', width: 52 })
  const addresses = [...theme.files.keys()]
  expect(addresses.map((address) => address.replace(/theme-[0-9a-f]{16}\./, ''))).toEqual([
    ...['/assets/ttf', '/assets/ttf', '/assets/svg', '/assets/svg', '/assets/svg', '/assets/css'],
  ])
  expect(theme.firstFont).toBe(addresses[0])
  const css = stylesheetOf(theme)
  expect(css.match(/@font-face/g)).toHaveLength(2)
  for (const [, name] of css.matchAll(/url\((\S+)\)/g)) expect(addresses).toContain(`/assets/${name}`)
})

test('a file may be a link to another one in the folder, as in a mounted ConfigMap', () => {
  const folder = themeFolder({ name: 'Hillside', logo: { light: 'logo.svg' } })
  mkdirSync(join(folder, '..data'))
  renameSync(join(folder, 'logo.svg'), join(folder, '..data', 'logo.svg'))
  symlinkSync('..data/logo.svg', join(folder, 'logo.svg'))
  expect(readTheme(folder).logo?.light.width).toBe(244)
})

test('an SVG is measured by its root element, whatever stands in front of it', () => {
  const before = [
    '\uFEFF<?xml version="1.0" encoding="utf-8"?>',
    `<!-- Drawn by hand: <svg width="1" height="1"> ${'x'.repeat(2000)} -->`,
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd" [',
    '  <!ENTITY ns_svg "http://www.w3.org/2000/svg">',
    ']>',
    '<?xml-stylesheet href="logo.css"?>',
  ]
  const late = `${before.join('\n')}\n<svg xmlns="&ns_svg;" viewBox="0 0 300 40"/>`
  const theme = readTheme(themeFolder({ name: 'Hillside', logo: { light: 'late.svg' } }, { 'late.svg': late }))
  expect(theme.logo?.light).toMatchObject({ width: 300, height: 40 })
  expect(String(theme.files.get(theme.logo?.light.address ?? ''))).toBe(late)
})

test.each<[string, unknown, RegExp]>([
  ['text that is not JSON', '{ "light": ', /theme\.json is not JSON: /],
  ['a list', [], /theme\.json: must be an object in braces with one or more of name, light, dark, fonts, logo, icon/],
  ['an unknown key', { colors: {} }, /theme\.json: has "colors", which is not one of name, light, /],
  ['an unknown token', { dark: { accnet: '#fff' } }, /\n {2}dark: has "accnet", which is not one of paper, sheet, /],
  ['what is no colour', { light: { ink: 'inky' } }, /\n {2}light\.ink: "inky" is not a colour of CSS, such as #0b6b58/],
  ['a number', { light: { ink: 0 } }, /\n {2}light\.ink: must be a colour such as "#0b6b58"/],
  ['a colour that lets others through', { light: { ink: '#0008' } }, /\n {2}light\.ink: "#0008" lets what is behind/],
  [
    'a font without files',
    { fonts: { text: { family: 'Lexend', files: [] } } },
    /fonts\.text\.files: must name a file/,
  ],
  [
    'a family with a quote',
    { fonts: { text: { family: 'a"}', files: [{ file: 'x' }] } } },
    /family: must be up to 60 /,
  ],
  ['no weight', fontOf('lexend-400.ttf', 'bold'), /fonts\.text\.files\.0\.weight: must be a weight such as "700"/],
  ['a logo without a name', { logo: { light: 'logo.svg' } }, /\n {2}name: is needed where there is a logo/],
  ['a file that is not there', fontOf('gone.ttf'), /gone\.ttf can't be used: ENOENT.+ Put it into the folder/],
  ['a folder as a file', { name: 'H', logo: { light: '.' } }, /can't be used: it is not a file\./],
  ['a font that is none', fontOf('logo.svg'), /logo\.svg is not a font .+ WOFF2, TTF or OTF\./],
  [
    'a picture that is none',
    { name: 'H', logo: { light: 'lexend-400.ttf' } },
    /ttf is not a picture .+ svg, png, jpg, webp/,
  ],
  ['a picture without a size', { name: 'H', logo: { light: 'none.svg' } }, /none\.svg is not a picture .+ viewBox/],
  ['an icon that is not a square', { icon: 'logo.svg' }, /logo\.svg is 244 × 48\. An icon must be a square/],
  ['an icon that is too small', { icon: 'small.png' }, /small\.png is 8 × 8\. .+ PNG of 192 pixels/],
  [
    'a picture that is too large',
    { name: 'H', logo: { light: 'big.svg' } },
    /big\.svg can't be used: it has 600000 bytes, and may have 524288/,
  ],
  [
    'a path out of the folder',
    { name: 'H', logo: { light: '../../etc/passwd' } },
    /passwd can't be used: it is outside of the folder\.$/,
  ],
  [
    'a link out of the folder',
    { name: 'H', logo: { light: 'out.svg' } },
    /out\.svg can't be used: it is outside of the folder/,
  ],
])('%s is refused with what is wrong, where, and what is expected', (_, description, sentence) => {
  const png = Buffer.from('89504e470d0a1a0a0000000d4948445200000008000000080806000000', 'hex')
  const folder = themeFolder(description, {
    'none.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'small.png': png,
    'big.svg': '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>'.padEnd(600_000),
  })
  symlinkSync(join(EXAMPLE_THEME, 'logo.svg'), join(folder, 'out.svg'))
  const message = refusal(folder)
  expect(message).toMatch(/^THEME_DIR: /)
  expect(message).toContain(folder)
  expect(message).toMatch(sentence)
})

test('a byte order mark in front of the description is no part of it', () => {
  const folder = themeFolder({})
  writeFileSync(join(folder, 'theme.json'), '\uFEFF{"name":"Lunch club"}')
  expect(readTheme(folder).name).toBe('Lunch club')
})

test('a folder that is not there, or is none, is refused', () => {
  const folder = tempFolder()
  expect(refusal(join(folder, 'gone'))).toMatch(
    /gone can't be opened: ENOENT.+ Name a folder that Pollcast may read\.$/,
  )
  writeFileSync(join(folder, 'file'), '')
  expect(refusal(join(folder, 'file'))).toMatch(/file can't be opened: it is not a folder\./)
  expect(refusal(folder)).toMatch(/theme\.json can't be used: ENOENT/)
})

test('colours with too little contrast are refused with each pair, its contrast, what it needs, and what would do', () => {
  const message = refusal(themeFolder({ light: { accent: '#ff9900' }, dark: { 'ink-soft': '#555555' } }))
  expect(message).toMatch(/too little contrast to be read \(WCAG 2\.2, 1\.4\.3 and 1\.4\.11\):\n/)
  expect(message).toMatch(
    /\n {2}light: accent #ff9900 on paper #f8f5ec is 1\.9\d?:1, and links and codes need 4\.5:1; light\.accent #[0-9a-f]{6} would do\n/,
  )
  expect(message).toContain('\n  light: accent-ink #ffffff on accent #ff9900 is 2.')
  expect(message).toContain('\n  dark: ink-soft #555555 on paper #0d1613 is 2.')
  const better = /light\.accent (#[0-9a-f]{6}) would do/.exec(message)?.[1]
  const lighter = /dark\.ink-soft (#[0-9a-f]{6}) would do/.exec(message)?.[1]
  expect(
    readTheme(themeFolder({ light: { accent: better }, dark: { 'ink-soft': lighter } })).colours.light.accent,
  ).toBe(better)
})

test.skipIf(process.getuid?.() === 0)('a file that may not be read is refused', () => {
  const folder = themeFolder({})
  chmodSync(join(folder, 'theme.json'), 0)
  expect(refusal(folder)).toMatch(/theme\.json can't be used: EACCES/)
})

function fontOf(file: string, weight = '400') {
  return { fonts: { text: { family: 'Lexend', files: [{ file, weight }] } } }
}
