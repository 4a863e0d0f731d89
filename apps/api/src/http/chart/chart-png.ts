import type { Theme } from '../../theme/theme.ts'

/** What services that show a preview of a link expect (Open Graph): about 1.91 to 1. */
export const PREVIEW = { width: 1200, height: 630 }

/** Pictures that are kept, the last asked for: whoever links a poll in a busy chat has them asked for many times. */
const KEPT = 50

type Renderer = typeof import('@resvg/resvg-js')

const font = { loadSystemFonts: true, sansSerifFamily: 'DejaVu Sans', serifFamily: 'DejaVu Serif' }

let renderer: Promise<Renderer | undefined> | undefined
const pictures = new Map<string, Promise<Buffer>>()

/**
 * Whether pictures can be drawn on this machine: the library has no build for some, and some have no font, which would
 * leave a chart without a word.
 */
export const canDrawPng = async (): Promise<boolean> => (await loadRenderer()) !== undefined

/** Once; and only where a picture is wanted, as it takes 30 ms and 10 MB. */
function loadRenderer(): Promise<Renderer | undefined> {
  renderer ??= importRenderer().then(
    (loaded) => (hasFont(loaded) ? loaded : undefined),
    () => undefined,
  )
  return renderer
}

function importRenderer(): Promise<Renderer> {
  // The library finds its build by a report of Node's, which asks for the name of each client that is connected, one after the
  // other, and waits: 5 s for each where no name server answers. Nobody else needs to know who is here, either.
  Object.assign(process.report, { excludeNetwork: true })
  return import('@resvg/resvg-js')
}

function hasFont({ Resvg }: Renderer): boolean {
  const text =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text y="9" font-family="sans-serif">A</text></svg>'
  return new Resvg(text, { font }).getBBox() !== undefined
}

/**
 * The chart as a PNG, whole and in the middle of a preview; undefined where none can be drawn. It is drawn on a thread
 * beside.
 *
 * @param key stands for what the chart shows: of one key a picture is drawn once
 * @param svg from chart-svg.ts
 * @param theme the one that the SVG is in
 */
export async function chartPng(key: string, svg: () => string, theme: Theme): Promise<Buffer | undefined> {
  const loaded = await loadRenderer()
  if (!loaded) return undefined
  const kept = pictures.get(key)
  const drawn = kept ?? draw(loaded, svg(), theme)
  pictures.delete(key)
  pictures.set(key, drawn)
  if (pictures.size > KEPT) pictures.delete(pictures.keys().next().value ?? '')
  try {
    return await drawn
  } catch (error) {
    pictures.delete(key)
    throw error
  }
}

async function draw({ renderAsync }: Renderer, svg: string, { colours, fontFiles }: Theme): Promise<Buffer> {
  const { width, height } = PREVIEW
  const sized = svg
    .replace(/width="\d+" height="[\d.]+"/, `width="${width}" height="${height}"`)
    // The library lays a text out from right to left, but takes its start to be the left.
    .replace(
      /text-anchor="(start|end)" direction="rtl"/g,
      (_, anchor) => `text-anchor="${anchor === 'start' ? 'end' : 'start'}"`,
    )
  const own = fontFiles.length > 0 && { fontFiles: [...fontFiles] }
  return (await renderAsync(sized, { font: { ...font, ...own }, background: colours.light.paper })).asPng()
}
