import { attempt } from './attempt.ts'

/** The languages that the user wants, best first, such as `de-CH`; none if the browser does not say. */
export const languages = (): readonly string[] => attempt(() => navigator.languages) ?? []
