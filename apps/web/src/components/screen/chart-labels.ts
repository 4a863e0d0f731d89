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

/** No text below a column is smaller, in parts of the chart's size: what is longer is cut off. */
const LEAST = 0.55
const MOST_LINES = 3

/** The texts below columns: as large as they can be with each of them whole that can be. */
function fitBelow(chart: Chart<'bar'>, labels: readonly Label[], size: number) {
  const width = chart.width / labels.length - size * 0.4
  const textsAt = (small: number) => {
    const font = `700 ${small}px ${TEXT}`
    return { small, font, texts: labels.map(({ text }) => wrap(chart.ctx, font, text, width, MOST_LINES)) }
  }
  const least = textsAt(size * LEAST)
  for (let small = size; small > least.small; small *= 0.95) {
    const fitted = textsAt(small)
    if (fitted.texts.every(({ isCut }, index) => !isCut || least.texts[index]?.isCut)) return fitted
  }
  return least
}

/** How much room the texts and counts below columns take. */
export function heightBelow(chart: Chart<'bar'>, labels: readonly Label[], size: number): number {
  const { small, texts } = fitBelow(chart, labels, size)
  return small * (0.7 + (Math.max(1, ...texts.map(({ lines }) => lines.length)) + 1) * LINE)
}

/** The percent above each column, its text and count below. */
export const columnLabels = (source: Source): Plugin<'bar'> => ({
  id: 'columnLabels',
  afterDatasetsDraw(chart) {
    const { labels, colours } = source()
    const { size, ink, soft } = colours
    const { ctx, chartArea } = chart
    const { small, font, texts } = fitBelow(chart, labels, size)
    ctx.textAlign = 'center'
    chart.getDatasetMeta(0).data.forEach((element, index) => {
      const label = labels[index]
      if (!label) return
      const { x, y } = (element as BarElement).getProps(['x', 'y']) as { x: number; y: number }
      write(ctx, `800 ${size * 1.1}px ${TEXT}`, ink, shareOf(label), x, y - size * 0.45)
      const lines = texts[index]?.lines ?? []
      const at = (row: number) => chartArea.bottom + small * (1.3 + row * LINE)
      for (const [row, line] of lines.entries()) write(ctx, font, ink, line, x, at(row))
      write(ctx, `400 ${small * 0.85}px ${TEXT}`, soft, label.count, x, at(lines.length))
    })
  },
})

const shareOf = ({ share, isLeader }: Label) => (isLeader ? `▲ ${share}` : share)

/** Text and percent of each part at its side, with a line to it. None covers another. */
export const doughnutLabels = (source: Source): Plugin<'doughnut'> => ({
  id: 'doughnutLabels',
  afterDatasetsDraw(chart) {
    const { labels, colours } = source()
    const { ctx } = chart
    for (const side of sidesOf(chart)) {
      // Where one side has nearly all parts, they are smaller.
      const size = Math.min(colours.size, chart.height / side.length / (2.2 * LINE))
      const font = `700 ${size}px ${TEXT}`
      const place = (most: number) =>
        side.map((part) => {
          const textX = part.x + part.towards * size * 0.35
          const room = (part.towards > 0 ? chart.width - textX : textX) - size * 0.2
          const { lines } = wrap(ctx, font, labels[part.index]?.text ?? '', room, most)
          return { ...part, textX, lines, height: (lines.length + 1.2) * size * LINE }
        })
      const fits = (placed: { height: number }[]) => placed.reduce((sum, { height }) => sum + height, 0) <= chart.height
      const placed = [place(MOST_LINES), place(2)].find(fits) ?? place(1)
      spread(placed, chart.height)
      for (const { index, isEmpty, towards, edgeX, edgeY, x, y, textX, lines, height } of placed) {
        const label = labels[index]
        if (!label) continue
        if (!isEmpty) {
          ctx.strokeStyle = colours.soft
          ctx.lineWidth = Math.max(1, size / 20)
          ctx.beginPath()
          ctx.moveTo(edgeX, edgeY)
          ctx.lineTo(x, y)
          ctx.stroke()
        }
        ctx.textAlign = towards > 0 ? 'left' : 'right'
        const at = (row: number) => y - height / 2 + size * (0.9 + row * LINE)
        for (const [row, line] of lines.entries()) write(ctx, font, colours.ink, line, textX, at(row))
        write(ctx, `800 ${size * 1.1}px ${TEXT}`, colours.ink, shareOf(label), textX, at(lines.length))
      }
    }
  },
})

const PLACE = ['x', 'y', 'startAngle', 'endAngle', 'outerRadius'] as const

/** The parts on the right and on the left, each from the top down, with a point on their edge and one beside it. */
function sidesOf(chart: Chart<'doughnut'>) {
  const parts = chart.getDatasetMeta(0).data.map((element, index) => {
    const { x, y, startAngle, endAngle, outerRadius } = element as unknown as Record<(typeof PLACE)[number], number>
    const angle = (startAngle + endAngle) / 2
    const at = (radius: number) => ({ x: x + Math.cos(angle) * radius, y: y + Math.sin(angle) * radius })
    const edge = at(outerRadius)
    // What begins and ends at the top is the last of a round.
    const towards = Math.cos(angle) > 1e-6 ? 1 : -1
    const [sideX, sideY] = [x + towards * outerRadius * 1.12, at(outerRadius * 1.05).y]
    // A part without votes is nowhere, so no line leads to it.
    return { index, towards, edgeX: edge.x, edgeY: edge.y, x: sideX, y: sideY, isEmpty: startAngle === endAngle }
  })
  const right = parts.filter(({ towards }) => towards > 0)
  const left = parts.filter(({ towards }) => towards < 0)
  return [right, left.reverse()].filter(({ length }) => length > 0)
}

/** Moves what overlaps apart, by as little as can be, and into the height that there is. The order stays. */
export function spread(side: { y: number; height: number }[], most: number): void {
  // Neighbours that would overlap are moved as one, around the middle of where they all want to be.
  const groups: { members: typeof side; top: number; height: number }[] = []
  const inside = (top: number, height: number) => Math.max(0, Math.min(top, most - height))
  for (const label of side) {
    let group = { members: [label], top: inside(label.y - label.height / 2, label.height), height: label.height }
    for (let above = groups.at(-1); above && above.top + above.height > group.top; above = groups.at(-1)) {
      groups.pop()
      const members = [...above.members, ...group.members]
      const top =
        (above.top * above.members.length + (group.top - above.height) * group.members.length) / members.length
      const height = above.height + group.height
      group = { members, top: inside(top, height), height }
    }
    groups.push(group)
  }
  for (const { members, top } of groups) {
    let next = top
    for (const label of members) {
      label.y = next + label.height / 2
      next += label.height
    }
  }
}

function write(ctx: CanvasRenderingContext2D, font: string, colour: string, text: string, x: number, y: number): void {
  ctx.font = font
  ctx.fillStyle = colour
  ctx.fillText(text, x, y)
}

/** The text in lines of this width, and whether some of it had to be left out. */
function wrap(ctx: CanvasRenderingContext2D, font: string, text: string, width: number, most: number) {
  ctx.font = font
  const fits = (line: string) => ctx.measureText(line).width <= width
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines[lines.length - 1]
    if (last !== undefined && fits(`${last} ${word}`)) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  const cut = lines.slice(0, most).map((line, index) => {
    const isLast = index === most - 1 && lines.length > most
    let end = line
    while (end.length > 1 && !fits(isLast || end !== line ? `${end}…` : end)) end = end.slice(0, -1)
    return isLast || end !== line ? `${end}…` : end
  })
  return { lines: cut, isCut: lines.length > most || cut.some((line, index) => line !== lines[index]) }
}
