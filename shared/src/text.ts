import * as z from 'zod'

/** Characters that a database can't keep (half a character), or that make a text look like another one. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u

/** A line of text that can be seen, its white space folded. @param maxLength in UTF-16 code units */
export const textSchema = (maxLength: number) =>
  z
    .string('A text is needed.')
    .transform((text) => text.replace(/\s+/g, ' ').trim())
    .pipe(
      z
        .string()
        .max(maxLength, `At most ${maxLength} characters.`)
        .refine((text) => !FORBIDDEN.test(text), "Contains characters that can't be used in a text.")
        .refine((text) => VISIBLE.test(text), 'May not be empty.'),
    )
