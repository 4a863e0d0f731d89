import { attempt } from './attempt.ts'

/** The media query's list, or undefined where the browser can't match any. */
export function mediaQuery(query: string): MediaQueryList | undefined {
  return attempt(() => window.matchMedia(query)) ?? undefined
}
