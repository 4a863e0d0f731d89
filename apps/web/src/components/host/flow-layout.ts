import type { RoundResult, Rounds } from '@pollcast/shared/rounds'

/** The voters of a round with one choice, or without a ballot (choiceId null), as a bar. All lengths are in CSS pixels. */
export interface FlowNode {
  round: number
  choiceId: number | null
  text: string
  voters: number
  x: number
  y: number
  height: number
}

/** Voters that went from one bar to another, as a band between them. */
export interface FlowBand {
  key: string
  path: string
  voters: number
  from: FlowNode
  to: FlowNode
  kind: 'stayed' | 'moved' | 'joined' | 'left'
}

export const NODE_WIDTH = 12

type Move = Rounds['moves'][number]

/**
 * Bars for each round's choices from the left to the right, and bands for who went from one to another (a Sankey diagram).
 *
 * @param gap between bars, of which the least has the height of nothing: as much as their labels need
 */
export function layoutFlows({ rounds, moves }: Rounds, width: number, height: number, gap: number) {
  const columns = rounds.map((round) => membersOf(round, moves))
  const most = Math.max(1, ...columns.map((column) => sum(column)))
  const rows = Math.max(...columns.map(({ length }) => length))
  const scale = Math.max(0, height - (rows - 1) * gap) / most
  const step = (width - NODE_WIDTH) / Math.max(1, rounds.length - 1)

  const nodes = columns.flatMap((column, index) => {
    let y = 0
    return column.map((member): FlowNode => {
      const node = { ...member, x: index * step, y, height: member.voters * scale }
      y += node.height + gap
      return node
    })
  })
  return { nodes, bands: bandsOf(nodes, moves, scale) }
}

type Member = Pick<FlowNode, 'round' | 'choiceId' | 'text' | 'voters'>

const sum = (members: readonly Member[]) => members.reduce((total, { voters }) => total + voters, 0)

/** The choices with votes in the poll's order, then those who had a ballot in the round before or after only. */
function membersOf({ round, choices }: RoundResult, moves: readonly Move[]): Member[] {
  const absent = (from: boolean) =>
    moves
      .filter((move) => (from ? move.fromRound : move.toRound) === round)
      .filter((move) => (from ? move.fromChoiceId : move.toChoiceId) === null)
      .reduce((total, { voters }) => total + voters, 0)
  return [
    ...choices.map(({ id, text, votes }) => ({ round, choiceId: id, text, voters: votes ?? 0 })),
    { round, choiceId: null, text: '', voters: Math.max(absent(true), absent(false)) },
  ].filter(({ voters }) => voters > 0)
}

function bandsOf(nodes: readonly FlowNode[], moves: readonly Move[], scale: number): FlowBand[] {
  /** How much of each bar's height has bands already, at its start and its end. */
  const filled = new Map<string, number>()
  const placeAt = (side: 'in' | 'out', node: FlowNode, thickness: number) => {
    const key = `${side} ${node.round} ${node.choiceId}`
    const y = node.y + (filled.get(key) ?? 0)
    filled.set(key, y - node.y + thickness)
    return y
  }
  const place = (round: number, choiceId: number | null) =>
    nodes.findIndex((node) => node.round === round && node.choiceId === choiceId)
  const placed = moves.map((move) => ({
    move,
    from: place(move.fromRound, move.fromChoiceId),
    to: place(move.toRound, move.toChoiceId),
  }))
  // In the order of the bars at both ends, so that bands cross only where they have to.
  placed.sort((one, other) => one.from - other.from || one.to - other.to)
  const ys = new Map(
    placed.map(({ move, from }) => [move, nodes[from] && placeAt('out', nodes[from], move.voters * scale)]),
  )
  placed.sort((one, other) => one.to - other.to || one.from - other.from)
  return placed.flatMap(({ move, from: fromIndex, to: toIndex }) => {
    const [from, to, y] = [nodes[fromIndex], nodes[toIndex], ys.get(move)]
    if (!from || !to || y === undefined) return []
    const thickness = move.voters * scale
    const path = bandPath(from.x + NODE_WIDTH, y, to.x, placeAt('in', to, thickness), thickness)
    const key = `${from.round} ${from.choiceId} ${to.choiceId}`
    return [{ key, path, voters: move.voters, from, to, kind: kindOf(move) }]
  })
}

function kindOf({ fromChoiceId, toChoiceId }: Move): FlowBand['kind'] {
  if (fromChoiceId === null) return 'joined'
  if (toChoiceId === null) return 'left'
  return fromChoiceId === toChoiceId ? 'stayed' : 'moved'
}

function bandPath(x0: number, y0: number, x1: number, y1: number, thickness: number): string {
  const middle = (x0 + x1) / 2
  const [bottom0, bottom1] = [y0 + thickness, y1 + thickness]
  return `M${x0} ${y0}C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}V${bottom1}C${middle} ${bottom1} ${middle} ${bottom0} ${x0} ${bottom0}Z`
}
