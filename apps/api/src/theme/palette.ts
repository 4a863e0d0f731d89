/** The colours of the web app (its styles/tokens.css), by the names of their tokens. A theme may have others. */
const LIGHT = {
  paper: '#f8f5ec',
  sheet: '#fffdf7',
  ink: '#14231e',
  'ink-soft': '#55645c',
  'ink-on-bar': '#33413a',
  line: '#d9d4c3',
  track: '#e9e6da',
  hover: '#f1eddd',
  accent: '#0b6b58',
  'accent-ink': '#ffffff',
  focus: '#b3400b',
  warning: '#a3360a',
  'warning-paper': '#fbe8da',
}

export type Token = keyof typeof LIGHT
/** A colour for each token, as `#rrggbb`: canvases, SVGs and the library that draws PNGs know no others. */
export type Palette = Readonly<Record<Token, string>>

const DARK: Palette = {
  paper: '#0d1613',
  sheet: '#15211d',
  ink: '#f1f4ec',
  'ink-soft': '#a3b5ac',
  'ink-on-bar': '#e9eee5',
  line: '#2b3b35',
  track: '#1b2824',
  hover: '#1c2a25',
  accent: '#74d3a4',
  'accent-ink': '#06140e',
  focus: '#ffb057',
  warning: '#ffa37e',
  'warning-paper': '#2b1a12',
}

export type Scheme = 'light' | 'dark'

export const POLLCAST: Readonly<Record<Scheme, Palette>> = { light: LIGHT, dark: DARK }

export const tokens = Object.keys(LIGHT) as readonly Token[]

/** How much of the accent is in a bar's tint, over the sheet: of the leader's, and of another one's (styles/tokens.css). */
export const TINTS: Readonly<Record<Scheme, { leader: number; other: number }>> = {
  light: { leader: 0.44, other: 0.22 },
  dark: { leader: 0.44, other: 0.26 },
}
