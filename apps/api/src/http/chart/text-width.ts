/** Widths of characters in em, of the widest bold font that `system-ui` stands for (DejaVu Sans): in others there is room. */
const WIDTHS: readonly (readonly [characters: RegExp, em: number])[] = [
  [/^[\p{Extended_Pictographic}\p{Regional_Indicator}]/u, 1.35],
  [
    /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u,
    1.02,
  ],
  [/^[iljtfrI.,:;'’!|()[\] ]/, 0.42],
  [/^[mwMW@%—]/, 1.08],
  [/^[\p{Lu}\p{S}]/u, 0.8],
  [/^[\p{Ll}\p{N}\p{P}]/u, 0.7],
]

/** For scripts whose letters are joined or stacked. */
const OTHER = 0.75

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

export const graphemesOf = (text: string): string[] => Array.from(graphemes.segment(text), ({ segment }) => segment)

/** About how wide a text is drawn, in the unit of its font size: without a browser nobody knows. */
export const widthOf = (text: string, fontSize: number): number =>
  graphemesOf(text).reduce((sum, grapheme) => sum + fontSize * emOf(grapheme), 0)

const emOf = (grapheme: string): number => WIDTHS.find(([characters]) => characters.test(grapheme))?.[1] ?? OTHER
