import { reasonOf } from '../lib/reason-of.ts'
import { checkContrast } from './check-contrast.ts'
import { fontKind } from './font-kind.ts'
import { POLLCAST } from './palette.ts'
import { PICTURES, readIcon, readPicture } from './picture.ts'
import { besideName, ServedFiles } from './served-files.ts'
import { themeStylesheet } from './stylesheet.ts'
import { POLLCAST_THEME, type Theme } from './theme.ts'
import { type ThemeFile, type ThemeFont, themeFileSchema } from './theme-file.ts'
import { ThemeFolder } from './theme-folder.ts'
import { ThemeRefused } from './theme-refused.ts'

/** Bytes that a file may have. Phones load pictures and fonts. */
const MOST = { description: 64 * 1024, picture: 512 * 1024, font: 1024 * 1024 }

const DESCRIPTION = 'theme.json'

/** Reads the folder that THEME_DIR names. Throws a ThemeRefused that says what is wrong in it. */
export function readTheme(path: string): Theme {
  const folder = new ThemeFolder(path)
  const described = describedIn(folder)
  const colours = { light: { ...POLLCAST.light, ...described.light }, dark: { ...POLLCAST.dark, ...described.dark } }
  checkContrast(path, colours)
  const served = new ServedFiles()

  const logoOf = (name: string) => {
    const { bytes, path } = folder.read(name, MOST.picture)
    const { type, width, height } = readPicture(path, bytes, PICTURES)
    return { address: served.add(bytes, type), width, height }
  }
  const iconOf = (name: string) => {
    const { bytes, path } = folder.read(name, MOST.picture)
    const measured = readIcon(path, bytes)
    return { address: served.add(bytes, measured.type), ...measured }
  }
  const facesOf = ({ family, files }: ThemeFont) =>
    files.map(({ file, weight }) => {
      const { bytes, path } = folder.read(file, MOST.font)
      const kind = fontKind(path, bytes)
      return { family, weight, path, kind, address: served.add(bytes, kind) }
    })

  const { fonts, logo, icon } = described
  const display = fonts.display && facesOf(fonts.display)
  const faces = [...(display ?? []), ...(fonts.text ? facesOf(fonts.text) : [])]
  const theme = {
    name: described.name ?? POLLCAST_THEME.name,
    colours,
    firstFont: display && heaviest(display)?.address,
    logo: logo && { light: logoOf(logo.light), dark: logo.dark === undefined ? undefined : logoOf(logo.dark) },
    icon: icon === undefined ? undefined : iconOf(icon),
    families: { display: fonts.display?.family, text: fonts.text?.family },
    fontFiles: faces.flatMap(({ kind, path }) => (kind === 'woff2' ? [] : path)),
  }
  const styles = themeStylesheet(
    described,
    faces.map(({ address, ...face }) => ({ ...face, name: besideName(address) })),
  )
  return { ...theme, styles: [served.add(Buffer.from(styles), 'css')], files: served.byAddress }
}

/** Of headings, which are the first to be seen. */
const heaviest = <Face extends { weight: string }>(faces: readonly Face[]): Face | undefined =>
  faces.toSorted((one, other) => Number(other.weight.split(' ').at(-1)) - Number(one.weight.split(' ').at(-1)))[0]

function describedIn(folder: ThemeFolder): ThemeFile {
  const { bytes, path } = folder.read(DESCRIPTION, MOST.description)
  let written: unknown
  try {
    // Editors of Windows put a mark in front, which is no JSON.
    written = JSON.parse(bytes.toString().replace(/^\uFEFF/, ''))
  } catch (error) {
    throw new ThemeRefused(`THEME_DIR: ${path} is not JSON: ${reasonOf(error as Error)}.`)
  }
  const { success, data, error } = themeFileSchema.safeParse(written)
  if (success) return data
  const lines = error.issues.map(({ path, message }) => `  ${path.join('.') || DESCRIPTION}: ${message}`)
  throw new ThemeRefused(`THEME_DIR: the theme in ${path} can't be used:\n${lines.join('\n')}`)
}
