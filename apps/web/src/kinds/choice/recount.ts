import type { Snapshot } from '@pollcast/shared/poll'
import Papa from 'papaparse'

/** What the published ballots say. */
export interface Recount {
  ballots: number
  choices: { id: number; text: string; votes: number }[]
  /** What the voter's own ballot holds; undefined where it is not among them. */
  ownTexts: string[] | undefined
  /** Whether the ballots give the numbers that the poll shows. */
  addsUp: boolean
}

/**
 * Counts the ballots of ballots.csv that are of the snapshot's round: one row each, with its round and receipt, then 1 or 0 for
 * each choice in the poll's order, and blanks for what only other rounds had.
 */
export function recount(csv: string, { choices, voters, round }: Snapshot, receipt: string): Recount {
  const { data } = Papa.parse<string[]>(csv.replace(/^\ufeff/, ''), { skipEmptyLines: true })
  const ballots = data.filter(([ofRound]) => ofRound === String(round))
  const isChosen = (ballot: readonly string[], index: number) => ballot[index + 2] === '1'
  const counted = choices.map(({ id, text }, index) => ({
    id,
    text,
    votes: ballots.filter((ballot) => isChosen(ballot, index)).length,
  }))
  const own = ballots.find(([, published]) => published === receipt)
  return {
    ballots: ballots.length,
    choices: counted,
    ownTexts: own && choices.filter((_choice, index) => isChosen(own, index)).map(({ text }) => text),
    addsUp: ballots.length === voters && counted.every(({ votes }, index) => votes === choices[index]?.votes),
  }
}
