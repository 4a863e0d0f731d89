import * as z from 'zod'

/** Characters that a database can't keep (half a character), or that make a text look like another one. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u

/** Space, and what Unicode has programs draw as nothing (property Default_Ignorable_Code_Point). */
const BLANKS_AT_START = /^[\s\p{DI}]+/u

/**
 * The same at the end. An emoji may end in such characters: a variation selector, or the tags of a flag. The lookbehind
 * keeps the time linear, for it begins no match within a run.
 */
const BLANKS_AT_END =
  /(\p{Emoji}[\ufe0e\ufe0f]|\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f})[\s\p{DI}]*$|(?<![\s\p{DI}])[\s\p{DI}]+$/u

/** Characters with no ink of their own, whatever their category says: ignorable ones, the blank of Braille, a lost object. */
const INKLESS = /[\p{DI}\u2800\ufffc]/gu
const INK = /[\p{L}\p{N}\p{P}\p{S}]/u

/**
 * A line of text that can be seen, in Unicode's form NFC, its white space folded.
 *
 * @param maxLength in UTF-16 code units
 */
export const textSchema = (maxLength: number) =>
  z
    .string('Enter a text.')
    .transform((text) => {
      return text.normalize('NFC').replace(/\s+/g, ' ').replace(BLANKS_AT_START, '').replace(BLANKS_AT_END, '$1')
    })
    .pipe(
      z
        .string()
        .max(maxLength, `At most ${maxLength} characters.`)
        .refine((text) => !FORBIDDEN.test(text), "Contains characters that can't be used in a text.")
        .refine((text) => INK.test(text.replace(INKLESS, '')), "Can't be empty."),
    )

/** The same for all texts that look the same: those that differ by characters without ink alone. */
export const looksOf = (text: string): string => text.replace(INKLESS, '').replace(/\s+/g, ' ').trim().normalize('NFC')
