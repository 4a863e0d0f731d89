import { contrastFailures, passing } from './contrast.ts'
import type { Palette, Scheme } from './palette.ts'
import { ThemeRefused } from './theme-refused.ts'

/** Throws a ThemeRefused that names each pair of colours with too little contrast, and what would do. */
export function checkContrast(path: string, colours: Readonly<Record<Scheme, Palette>>): void {
  const lines = (['light', 'dark'] as const).flatMap((scheme) => {
    const palette = colours[scheme]
    const failures = contrastFailures(palette, scheme)
    return failures.map(({ of, on, what, behind, ratio, needs }) => {
      // What is wrong elsewhere too is what to change: then that may do.
      const changed = failures.find((failure) => failure.of === on)?.of ?? of
      const better = passing(changed, palette, scheme)
      const advice = better ? `${scheme}.${changed} ${better} would do` : `change ${scheme}.${of}, or what is behind it`
      // Cut off, not rounded: 4.49 is not 4.5.
      const found = Math.floor(ratio * 100) / 100
      return `  ${scheme}: ${of} ${palette[of]} on ${on} ${behind} is ${found}:1, and ${what} need ${needs}:1; ${advice}`
    })
  })
  if (lines.length === 0) return
  throw new ThemeRefused(
    `THEME_DIR: some colours of the theme in ${path} have too little contrast to be read (WCAG 2.2, 1.4.3 and 1.4.11):\n${lines.join('\n')}`,
  )
}
