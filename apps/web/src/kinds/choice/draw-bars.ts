import type { BarElement, Chart } from 'chart.js'
import type { BarStyle } from './use-bar-style.ts'
import type { RowLayout } from './use-row-layout.ts'

/** Draws each bar, at its animated length, over the height of its row: a tint, and a foot in full colour. */
export function drawBars(chart: Chart, rows: RowLayout['rows'], leader: number, style: BarStyle): void {
  const { ctx } = chart
  for (const [index, element] of chart.getDatasetMeta(0).data.entries()) {
    const row = rows[index]
    if (!row) continue
    const { x, base } = (element as BarElement).getProps(['x', 'base']) as { x: number; base: number }
    const start = Math.min(x, base)
    const length = Math.abs(x - base)
    ctx.fillStyle = index === leader ? style.leaderTint : style.tint
    ctx.fillRect(start, row.top, length, row.height)
    ctx.fillStyle = style.foot
    ctx.fillRect(start, row.top + row.height - style.footHeight, length, style.footHeight)
  }
}
