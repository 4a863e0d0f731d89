import type { Check } from './support/verdict.ts'

/** The result of an attack, with a line for each promise. */
export function table(attack: string, checks: readonly Check[]): string {
  const lines = checks.map(({ promise, measured, limit, kept }) => [promise, measured, limit, kept ? 'kept' : 'BROKEN'])
  const rows = [[attack, 'measured', 'limit', ''], ...lines]
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = ([promise = '', measured = '', limit = '', kept = '']: string[]) => {
    const [first = 0, second = 0, third = 0] = widths
    return `${promise.padEnd(first)}   ${measured.padStart(second)}   ${limit.padStart(third)}   ${kept}`.trimEnd()
  }
  const examples = checks.flatMap((check) => check.examples.map((example) => `  ${check.promise}: ${example}`))
  return `${[...rows.map(line), ...examples].join('\n')}\n\n`
}

/** The result of the run, in one line. */
export function ending(checks: readonly Check[]): string {
  const broken = checks.filter(({ kept }) => !kept).length
  if (broken === 0) return `every promise was kept: ${checks.length}\n`
  return `BROKEN: ${broken} of ${checks.length} promises\n`
}
