import { formatPercentage, percentagesOf } from '@pollcast/shared/percentages'
import type { SharedPoll } from '@pollcast/shared/poll'
import type { RoomEvent } from '@pollcast/shared/room'
import { spacedCode } from '@pollcast/shared/room-code'
import { withoutForbidden } from '@pollcast/shared/text'

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']
/** Of what stands behind a bar: " >99%  123456". */
const FIGURES = 16

/**
 * What is on in a room, for a terminal so many columns wide. Texts have lines of their own, so that nothing depends on how wide
 * the terminal draws them.
 */
export function terminalChart({ code, poll }: Pick<RoomEvent, 'code' | 'poll'>, columns: number): string[] {
  const where = `code ${spacedCode(code)}`
  if (!poll) return ['The next question comes soon.', '', where]
  const state = poll.status === 'open' ? 'open' : 'closed'
  const voters = `${poll.voters} ${poll.voters === 1 ? 'voter' : 'voters'}`
  const hidden = poll.resultsHidden ? ['', 'The results are hidden for now.'] : []
  return [
    withoutForbidden(poll.question),
    '',
    ...choiceLines(poll, columns),
    ...hidden,
    '',
    [voters, state, where].join(' · '),
  ]
}

function choiceLines({ choices, voters, maxChoices }: SharedPoll, columns: number): string[] {
  const votes = choices.map((choice) => choice.votes ?? 0)
  const percentages = percentagesOf(votes, voters, maxChoices === 1)
  const width = Math.max(columns - FIGURES, 8)
  return choices.flatMap((choice, index) => {
    const text = withoutForbidden(choice.text)
    if (choice.votes === null) return [text]
    const percentage = formatPercentage(percentages[index] ?? 0, choice.votes, voters).padStart(5)
    const share = voters === 0 ? 0 : choice.votes / voters
    return [text, `${bar(share, width)} ${percentage}  ${choice.votes}`]
  })
}

function bar(share: number, width: number): string {
  const eighths = Math.round(share * width * 8)
  const drawn = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '')
  return drawn.padEnd(width, ' ')
}
