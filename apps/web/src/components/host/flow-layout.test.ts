import type { RoundResult } from '@pollcast/shared/rounds'
import { expect, test } from 'vitest'
import { layoutFlows } from './flow-layout.ts'

const round = (number: number, ...votes: number[]): RoundResult => ({
  round: number,
  question: 'Which?',
  voters: votes.reduce((sum, count) => sum + count, 0),
  choices: votes.map((count, index) => ({ id: index + 1, text: 'ABC'[index] ?? '', votes: count, share: null })),
  endedAt: null,
})
const move = (fromChoiceId: number | null, toChoiceId: number | null, voters: number) => ({
  fromRound: 1,
  toRound: 2,
  fromChoiceId,
  toChoiceId,
  voters,
})
// Of 4 and 2 in round 1, two went from A to B, one did not vote again, and one new voter chose A.
const rounds = {
  rounds: [round(1, 4, 2, 0), round(2, 2, 4, 0)],
  moves: [move(1, 1, 1), move(1, 2, 2), move(1, null, 1), move(2, 2, 2), move(null, 1, 1)],
}

test('each round is a column of bars as high as they have voters, with a gap between them', () => {
  const { nodes } = layoutFlows(rounds, 600, 298, 14)
  expect(nodes.map(({ round, text, voters }) => [round, text, voters])).toEqual([
    [1, 'A', 4],
    [1, 'B', 2],
    [1, '', 1],
    [2, 'A', 2],
    [2, 'B', 4],
    [2, '', 1],
  ])
  for (const { voters, height } of nodes) expect(height).toBeCloseTo((voters * 270) / 7)
  expect(new Set(nodes.map(({ x }) => x))).toEqual(new Set([0, 588]))
  const last = nodes[2]
  expect((last?.y ?? 0) + (last?.height ?? 0)).toBeCloseTo(298)
})

test('each move is a band that says what its voters did', () => {
  const { bands } = layoutFlows(rounds, 600, 298, 14)
  const told = bands.map(({ from, to, kind, voters }) => `${from.text}-${to.text} ${kind} ${voters}`)
  expect(told.sort()).toEqual(['-A joined 1', 'A- left 1', 'A-A stayed 1', 'A-B moved 2', 'B-B stayed 2'])
})

test('bands fill their bars from the top without overlapping', () => {
  const { bands, nodes } = layoutFlows(rounds, 600, 298, 14)
  const starts = bands
    .filter(({ from }) => from === nodes[0])
    .map(({ path, voters }) => ({ y: Number(/^M\S+ ([\d.]+)C/.exec(path)?.[1]), height: (voters * 270) / 7 }))
    .sort((one, other) => one.y - other.y)
  let y = 0
  for (const start of starts) {
    expect(start.y).toBeCloseTo(y)
    y += start.height
  }
  expect(y).toBeCloseTo(nodes[0]?.height ?? 0)
})

test('without moves, or of one round, there are only bars', () => {
  expect(layoutFlows({ rounds: [round(1, 0, 0)], moves: [] }, 600, 298, 14)).toEqual({ nodes: [], bands: [] })
  expect(layoutFlows({ ...rounds, moves: [] }, 600, 298, 14).bands).toEqual([])
})
