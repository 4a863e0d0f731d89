import type { BarElement, Chart, Plugin } from 'chart.js'
import type { ChartColours } from './use-chart-colours.ts'

interface Label {
  text: string
  share: string
  count: string
  isLeader: boolean
}

type Source = () => { labels: readonly Label[]; colours: ChartColours }

/** Not the display font: its digits are those of running text, unless it is told otherwise, which a canvas can't. */
const TEXT = 'system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif'
const LINE = 1.15

/** The percent above each column, its text and count below. */
export const columnLabels = (source: Source): Plugin<'bar'> => ({
  id: 'columnLabels',
  afterDatasetsDraw(chart) {
    const { labels, colours } = source()
    const { size, ink, soft } = colours
    const { ctx, chartArea } = chart
    const small = size * 0.78
    ctx.textAlign = 'center'
    chart.getDatasetMeta(0).data.forEach((element, index) => {
      const label = labels[index]
      if (!label) return
      const { x, y } = (element as BarElement).getProps(['x', 'y']) as { x: number; y: number }
      write(
        ctx,
        `800 ${size * 1.2}px ${TEXT}`,
        ink,
        label.isLeader ? `▲ ${label.share}` : label.share,
        x,
        y - size * 0.5,
      )
      const font = `700 ${small}px ${TEXT}`
      const lines = wrapped(ctx, font, label.text, chartArea.width / labels.length - size * 0.4, 3)
      for (const [row, line] of lines.entries()) {
        write(ctx, font, ink, line, x, chartArea.bottom + small * (1.3 + row * LINE))
      }
      const below = chartArea.bottom + small * (1.3 + lines.length * LINE)
      if (lines.length < 3) write(ctx, `400 ${small}px ${TEXT}`, soft, label.count, x, below)
    })
  },
})

/** Text and percent of each part at its side, with a line to it. None covers another. */
export const doughnutLabels = (source: Source): Plugin<'doughnut'> => ({
  id: 'doughnutLabels',
  afterDatasetsDraw(chart) {
    const { labels, colours } = source()
    const { size, ink, soft } = colours
    const { ctx } = chart
    const placed = placeBeside(chart, size * 2.5)
    for (const { index, x, y, edgeX, edgeY, isRight } of placed) {
      const label = labels[index]
      if (!label) continue
      ctx.strokeStyle = soft
      ctx.lineWidth = Math.max(1, size / 20)
      ctx.beginPath()
      ctx.moveTo(edgeX, edgeY)
      ctx.lineTo(x, y)
      ctx.stroke()
      ctx.textAlign = isRight ? 'left' : 'right'
      const at = x + (isRight ? 1 : -1) * size * 0.35
      const font = `700 ${size * 0.8}px ${TEXT}`
      const room = (isRight ? chart.width - at : at) - size * 0.2
      const [line = '', more] = wrapped(ctx, font, label.text, room, 2)
      write(ctx, font, ink, more === undefined ? line : `${line}…`, at, y - size * 0.15)
      write(ctx, `800 ${size}px ${TEXT}`, ink, `${label.isLeader ? '▲ ' : ''}${label.share}`, at, y + size * 0.85)
    }
  },
})

const PLACE = ['x', 'y', 'startAngle', 'endAngle', 'outerRadius'] as const

function placeBeside(chart: Chart<'doughnut'>, apart: number) {
  const places = chart.getDatasetMeta(0).data.map((element, index) => {
    const { x, y, startAngle, endAngle, outerRadius } = element as unknown as Record<(typeof PLACE)[number], number>
    const angle = (startAngle + endAngle) / 2
    const isRight = Math.cos(angle) >= 0
    const at = (radius: number) => ({ x: x + Math.cos(angle) * radius, y: y + Math.sin(angle) * radius })
    const edge = at(outerRadius)
    return {
      index,
      isRight,
      edgeX: edge.x,
      edgeY: edge.y,
      x: x + (isRight ? 1 : -1) * outerRadius * 1.12,
      y: at(outerRadius * 1.05).y,
    }
  })
  for (const isRight of [true, false]) {
    const side = places.filter((place) => place.isRight === isRight).sort((one, other) => one.y - other.y)
    spread(side, apart, apart / 2, chart.height - apart / 2)
  }
  return places
}

/** Moves what is too close apart: downwards, and then as far up as the last one would be out of sight. */
function spread(side: { y: number }[], apart: number, top: number, bottom: number): void {
  let least = top
  for (const place of side) {
    place.y = Math.max(place.y, least)
    least = place.y + apart
  }
  let most = bottom
  for (const place of [...side].reverse()) {
    place.y = Math.min(place.y, most)
    most = place.y - apart
  }
}

function write(ctx: CanvasRenderingContext2D, font: string, colour: string, text: string, x: number, y: number): void {
  ctx.font = font
  ctx.fillStyle = colour
  ctx.fillText(text, x, y)
}

/** The text in lines of this width, the last one cut off. */
function wrapped(ctx: CanvasRenderingContext2D, font: string, text: string, width: number, most: number): string[] {
  ctx.font = font
  const fits = (line: string) => ctx.measureText(line).width <= width
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines[lines.length - 1]
    if (last !== undefined && fits(`${last} ${word}`)) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines.slice(0, most).map((line, index) => {
    const isCut = index === most - 1 && lines.length > most
    let end = line
    while (end.length > 1 && !fits(isCut || end !== line ? `${end}…` : end)) end = end.slice(0, -1)
    return isCut || end !== line ? `${end}…` : end
  })
}
