import { formatHex, parse } from 'culori'
import * as z from 'zod'
import { type Token, tokens } from './palette.ts'

/** An object whose keys are all known: one that was misspelt would be missed only on the page. */
const described = <Shape extends z.ZodRawShape>(shape: Shape) => {
  const known = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `has "${issue.keys.join('", "')}", which is not one of ${known}`
        : `must be an object in braces with one or more of ${known}`,
  })
}

const colour = z.string('must be a colour such as "#0b6b58"').transform((text, context) => {
  const parsed = parse(text)
  if (parsed && (parsed.alpha ?? 1) === 1) return formatHex(parsed)
  const wrong = parsed ? 'lets what is behind it through: name an opaque colour' : 'is not a colour of CSS'
  context.addIssue(`"${text}" ${wrong}, such as #0b6b58 or oklch(47% 0.09 172)`)
  return z.NEVER
})

/** What is not named stays as it is in Pollcast. */
const palette = described(
  Object.fromEntries(tokens.map((token) => [token, colour.exactOptional()])) as Record<
    Token,
    z.ZodExactOptional<typeof colour>
  >,
)

const file = z.string('must be the name of a file in this folder').min(1, 'must be the name of a file in this folder')

/** Also in quotes in CSS and in an SVG. */
const family = z
  .string('must be the name of the font')
  .regex(/^[\p{L}\p{N}](?:[\p{L}\p{N} ._-]{0,58}[\p{L}\p{N}])?$/u, 'must be up to 60 letters, digits, spaces and ._-')

const font = described({
  family,
  files: z
    .array(
      described({
        file,
        weight: z
          .string('must be a weight such as "700", or "100 900" for a variable font')
          .regex(/^[1-9]\d{0,2}( [1-9]\d{0,2})?$/, 'must be a weight such as "700", or "100 900" for a variable font')
          .default('400'),
      }),
    )
    .min(1, 'must name a file')
    .max(8, 'must name 8 files at most'),
})

/** theme.json. */
export const themeFileSchema = described({
  /** Stands where Pollcast does. */
  name: z
    .string('must be a text')
    .trim()
    .min(1, 'must be a text')
    .max(60, 'must have 60 characters at most')
    .regex(/^\P{C}+$/u, 'must have no control characters')
    .optional(),
  light: palette.default({}),
  dark: palette.default({}),
  /** By the name of their token. */
  fonts: described({ display: font.exactOptional(), text: font.exactOptional() }).default({}),
  logo: described({ light: file, dark: file.optional() }).optional(),
  icon: file.optional(),
}).refine(({ name, logo }) => logo === undefined || name !== undefined, {
  path: ['name'],
  error: 'is needed where there is a logo: it is read to those who do not see it',
})

export type ThemeFile = z.infer<typeof themeFileSchema>
export type ThemeFont = z.infer<typeof font>
