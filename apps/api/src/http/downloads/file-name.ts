/** Characters of the title in the name: 200 bytes at most, where file systems take 255. */
const TITLE_LENGTH = 50

/** What Windows, macOS or Linux have in no name. */
const FORBIDDEN = /[<>:"/\\|?*\p{Cc}\p{Cs}]+/gu

/** What would turn the name round, so that it seems to end in something else. */
const TURNING = /\p{Bidi_Control}+/gu

/** What means nothing special to any program, in ASCII. */
const NOT_PLAIN = /[^\w .,'()!+=@-]+/g

export interface FileName {
  /** As a person writes it. */
  name: string
  /** The same in ASCII, for clients that know nothing else (RFC 6266, section 4.3). */
  fallback: string
}

/**
 * The name of a file about something.
 *
 * @param title what it is about, in any characters
 * @param id stands in for a title of which nothing is left
 * @param ending what sort of file it is, such as `results.csv`
 */
export function fileName(title: string, id: string, ending: string): FileName {
  const name = tidy(title.replace(TURNING, '').replace(FORBIDDEN, ' ')) || id
  const ascii = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(NOT_PLAIN, ' ')
  // A dash or two of what was a sentence is not a name.
  const fallback = /[a-z0-9]/i.test(ascii) ? tidy(ascii) : id
  return { name: `${name} - ${ending}`, fallback: `${fallback} - ${ending}` }
}

/** Blanks folded, and no dots or blanks at its ends, where they hide a file or get lost. */
const tidy = (text: string) =>
  [...text.replace(/\s+/g, ' ').replace(/^[ .]+/, '')]
    .slice(0, TITLE_LENGTH)
    .join('')
    .replace(/[ .]+$/, '')
