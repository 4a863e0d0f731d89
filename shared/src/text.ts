import * as z from 'zod'

/** Characters that a database can't keep (half a character), or that make a text look like another one. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu

/** Space, and what Unicode has programs draw as nothing (property Default_Ignorable_Code_Point). */
const BLANKS_AT_START = /^[\s\p{DI}]+/u

/** A flag of a region: a black flag and the tags that name it. */
const FLAG = /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}/u

/**
 * The same at the end. An emoji may end in such characters: a variation selector, or the tags of a flag. The lookbehind
 * keeps the time linear, for it begins no match within a run.
 */
const BLANKS_AT_END = new RegExp(
  `(\\p{Emoji}[\\ufe0e\\ufe0f]|${FLAG.source})[\\s\\p{DI}]*$|(?<![\\s\\p{DI}])[\\s\\p{DI}]+$`,
  'u',
)

/** Characters with no ink, whatever their category says: ignorable ones, blanks of scripts, what stands for something lost. */
const INKLESS = /[\p{DI}\u2800\ufff9-\ufffc\u{1d159}\u{13441}\u{13442}]/gu

/**
 * What joins emoji. That no font has a joined form of some is not known here: the list of those is in Unicode's data, which
 * patterns have only with the flag v, and that not in all browsers that the app runs in.
 */
const JOINER = /(?<=\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)\u200d(?=\p{Extended_Pictographic})/u

/** What gives an emoji the style that it does not have by itself. Where it is joined to others or has a skin tone, it has that of emoji. */
const STYLE =
  /(?<=(?=\p{Extended_Pictographic})\p{Emoji_Presentation})\ufe0e|(?<=(?<!\u200d)(?!\p{Emoji_Presentation})\p{Extended_Pictographic})\ufe0f(?![\u200d\p{Emoji_Modifier}])/u

/** What parts Arabic letters that would be joined. After some letters no other is joined to them, nor a hamza to any. */
const PARTED =
  /(?<=(?![\u0621-\u0625\u0627\u0629\u062f-\u0632\u0648\u0671-\u0677\u0688-\u0699\u06c0\u06c3-\u06cb\u06cd\u06cf\u06d2\u06d3\u06d5\u06ee\u06ef])(?=\p{L})\p{Script=Arabic}\p{M}*)\u200c(?=(?!\u0621)(?=\p{L})\p{Script=Arabic})/u

/** Where characters without ink change how the others look, so that two texts are not the same. */
const SHAPING = [FLAG, JOINER, STYLE, PARTED].map(({ source }) => source).join('|')
const SHAPING_OR_INKLESS = new RegExp(`(${SHAPING})|${INKLESS.source}`, 'gu')

const INK = /[\p{L}\p{N}\p{P}\p{S}]/u

/** A text in Unicode's form NFC, on one line, its white space folded and none at its ends. */
export const foldSpace = (text: string): string =>
  text.normalize('NFC').replace(/\s+/g, ' ').replace(BLANKS_AT_START, '').replace(BLANKS_AT_END, '$1')

/** Without the characters that no text may have. */
export const withoutForbidden = (text: string): string => text.replace(FORBIDDEN, '')

/** Whether there is anything to be seen. */
export const hasInk = (text: string): boolean => INK.test(text.replace(INKLESS, ''))

const lineSchema = (maxLength: number) =>
  z
    .string('Enter a text.')
    .transform(foldSpace)
    .pipe(
      z
        .string()
        .max(maxLength, `At most ${maxLength} characters.`)
        .refine((text) => withoutForbidden(text) === text, "Contains characters that can't be used in a text."),
    )

/**
 * A line of text that can be seen, in Unicode's form NFC, its white space folded.
 *
 * @param maxLength in UTF-16 code units
 */
export const textSchema = (maxLength: number) =>
  lineSchema(maxLength)
    .refine(hasInk, "Can't be empty.")
    // For descriptions of the API: it can't be read from a schema that transforms first.
    .meta({ minLength: 1, maxLength })

/** The same, or nothing: an empty text, also of one that can't be seen. */
export const optionalTextSchema = (maxLength: number) =>
  lineSchema(maxLength)
    .transform((text) => (hasInk(text) ? text : ''))
    .meta({ maxLength })

/** The same for all texts that look the same: those that differ only by characters that are not seen. */
export const looksOf = (text: string): string =>
  text.replaceAll('\u2800', ' ').replace(SHAPING_OR_INKLESS, '$1').replace(/\s+/g, ' ').trim().normalize('NFC')
