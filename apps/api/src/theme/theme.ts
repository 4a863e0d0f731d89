import { type Palette, POLLCAST, type Scheme } from './palette.ts'

export interface Picture {
  address: string
  width: number
  height: number
}

/** How pages and pictures look. */
export interface Theme {
  /** Stands where Pollcast does. */
  readonly name: string
  readonly colours: Readonly<Record<Scheme, Palette>>
  /** Addresses of stylesheets that come after those of the web app. */
  readonly styles: readonly string[]
  /** The address of the font that headings need; undefined where they have Pollcast's. */
  readonly firstFont: string | undefined
  /** Instead of Pollcast's mark and name. */
  readonly logo: { readonly light: Picture; readonly dark: Picture | undefined } | undefined
  /** In the tab, and of the installed app: a square. */
  readonly icon: (Picture & { readonly type: 'svg' | 'png' }) | undefined
  /** Names of fonts, by what they are for. */
  readonly families: { readonly display: string | undefined; readonly text: string | undefined }
  /** Paths of those that can be used in pictures that the server draws. */
  readonly fontFiles: readonly string[]
  /** What is served of it, by address. Each has a hash of its content in its name. */
  readonly files: ReadonlyMap<string, Buffer>
}

/** Without THEME_DIR. */
export const POLLCAST_THEME: Theme = {
  name: 'Pollcast',
  colours: POLLCAST,
  styles: [],
  firstFont: undefined,
  logo: undefined,
  icon: undefined,
  families: { display: undefined, text: undefined },
  fontFiles: [],
  files: new Map(),
}
