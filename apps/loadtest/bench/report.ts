import type { Percentiles } from './percentiles.ts'
import type { Result } from './result.ts'

interface Row {
  label: string
  /** The figures of one result, set side by side. */
  figures(result: Result): (number | undefined)[]
  digits?: number
  /** Whether a ratio between two results says something. */
  compared?: boolean
}

const spread = (times: Percentiles | undefined) => [times?.p50, times?.p95, times?.p99]

const rows: Row[] = [
  { label: 'streams open', figures: ({ streams }) => [streams] },
  { label: 'all streams opened, ms', figures: ({ openedMs }) => [openedMs], compared: true },
  { label: 'fan-out p50 / p95 / p99, ms', figures: ({ fanOut }) => spread(fanOut), digits: 1, compared: true },
  { label: 'server CPU per delivery, µs', figures: (r) => [r.fanOut?.cpuPerDeliveryUs], digits: 1, compared: true },
  { label: 'storm: votes/s offered', figures: ({ storm }) => [storm.offeredPerSecond] },
  { label: 'votes/s acknowledged', figures: ({ storm }) => [storm.acknowledgedPerSecond], compared: true },
  {
    label: 'acknowledged p50 / p95 / p99, ms',
    figures: (r) => spread(r.storm.acknowledged),
    digits: 1,
    compared: true,
  },
  { label: 'age of tabs p50 / p95 / p99, ms', figures: ({ storm }) => spread(storm.age), digits: 1, compared: true },
  { label: 'converged after the last vote, ms', figures: (r) => [r.storm.convergedMs], compared: true },
  { label: 'frames per stream', figures: ({ storm }) => [storm.framesPerStream] },
  { label: 'server CPU in the storm, %', figures: ({ storm }) => [storm.cpuPercent] },
  { label: "load's own CPU in the storm, %", figures: ({ storm }) => [storm.loadCpuPercent] },
  { label: 'memory before / at the peak, MB', figures: ({ memory }) => [memory?.beforeMb, memory?.peakMb] },
  { label: 'memory grown in the storm, MB', figures: ({ memory }) => [memory?.grownInStormMb], digits: 1 },
  { label: 'memory per idle stream, KB', figures: (r) => [r.memory?.perIdleStreamKb], digits: 1, compared: true },
]

const stalledRows: Row[] = [
  { label: 'streams that stopped reading', figures: ({ stalled }) => [stalled?.streams] },
  { label: 'frames each got in the end', figures: ({ stalled }) => [stalled?.framesPerStream] },
]

/** The results side by side, a column each; behind them how the first compares with each of the others. */
export function table(results: readonly Result[]): string {
  const [first, ...others] = results
  if (!first) return ''
  const shown = [...rows, ...(first.stalled ? stalledRows : [])]
  const head = ['', ...results.map(({ name }) => name), ...others.map(({ name }) => `${first.name} / ${name}`)]
  const body = shown.map((row) => [
    row.label,
    ...results.map((result) =>
      row
        .figures(result)
        .map((value) => text(value, row.digits))
        .join(' / '),
    ),
    ...others.map((other) => (row.compared ? ratios(row, first, other) : '')),
  ])
  const right = ['every stream ended on the right count', ...results.map((r) => (isRight(r) ? 'yes' : 'NO'))]
  return `${aligned([head, ...body, right])}\n${results.map(failureLines).join('')}`
}

/** Every vote was taken, every stream ended on the right count, and none went back. */
export const isRight = ({ failures }: Result): boolean => Object.keys(failures).length === 0

function ratios(row: Row, first: Result, other: Result): string {
  const divisors = row.figures(other)
  return row
    .figures(first)
    .map((value, index) => text(value === undefined ? undefined : value / (divisors[index] ?? Number.NaN), 2))
    .join(' / ')
}

function text(value: number | undefined, digits = 0): string {
  if (value === undefined || !Number.isFinite(value)) return '–'
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

function aligned(lines: readonly string[][]): string {
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? []
  const cell = (value: string, column: number) =>
    column === 0 ? value.padEnd(widths[0] ?? 0) : value.padStart(widths[column] ?? 0)
  return lines.map((line) => line.map(cell).join('   ').trimEnd()).join('\n')
}

function failureLines({ name, failures }: Result): string {
  return Object.entries(failures)
    .map(([fault, times]) => `${name}: ${times} × ${fault}\n`)
    .join('')
}
