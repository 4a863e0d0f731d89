import type { Choice } from '@pollcast/shared/kinds/choice'
import type { Poll, PollList } from '@pollcast/shared/poll'
import { routes } from '@pollcast/shared/routes'
import { escapeHtml, plainPage } from './html.ts'

/*
 * What a page shows, and the form to vote, if the web app does not run: scripts are off or blocked, one of its
 * files did not load, or the browser is too old. The app hides it when it starts; the web app's styles/plain.css
 * shows it when that does not happen.
 */

const NEEDS = 'JavaScript and a browser from 2023 or later'
const ALL_POLLS = `<p><a href="${routes.listPage}">See all polls</a></p>`

const counts = new Intl.NumberFormat('en')
const votesOf = (count: number) => `${counts.format(count)} ${count === 1 ? 'vote' : 'votes'}`
const votersOf = (count: number) => `${counts.format(count)} ${count === 1 ? 'voter' : 'voters'}`
const numbersOf = (count: number, more = '') => `<span class="numbers">${votesOf(count)}${more}</span>`

const fallback = (content: string) => plainPage(content, 'id="fallback"')

/** The poll's choices and results, as a form while the poll is open. */
export function pollFallback(poll: Poll): string {
  const isOpen = poll.status === 'open'
  const choices = `<ul>\n${poll.choices.map((choice) => choiceItem(choice, poll)).join('\n')}\n</ul>`
  const heading = `<h1 dir="auto">${escapeHtml(poll.question)}</h1>\n<p><strong>${votersOf(poll.voters)}</strong></p>`
  if (!isOpen) {
    return fallback(
      `${heading}\n<p>${poll.resultsHidden ? 'Closed. The results are hidden.' : 'Closed. Final results.'}</p>\n${choices}`,
    )
  }
  // Without autocomplete="off", what a browser fills in after a reload would look like the voter's ballot.
  return fallback(`${heading}
<form method="post" action="${routes.votes(poll.id)}" autocomplete="off">
<fieldset>
<legend>${legendOf(poll)}</legend>
${choices}${poll.voteMode === 'code' ? CODE_FIELD : ''}
</fieldset>
<button class="button">${poll.ownChoiceIds.length > 0 ? 'Change my vote' : 'Vote'}</button>
</form>
<p class="notice">The live view is not running: it needs ${NEEDS}. You can still vote here. Reload the page to see new votes.</p>`)
}

function legendOf({ minChoices, maxChoices }: Poll): string {
  if (maxChoices === 1) return 'Choose one.'
  if (minChoices === 1) return `Choose up to ${maxChoices}.`
  return minChoices === maxChoices ? `Choose ${maxChoices}.` : `Choose ${minChoices} to ${maxChoices}.`
}

const CODE_FIELD =
  '\n<p><label>Your code <input name="code" required autocapitalize="characters" maxlength="40"></label></p>'

function choiceItem({ id, text, votes }: Choice, { status, maxChoices, ownChoiceIds, voters }: Poll): string {
  const isOwn = ownChoiceIds.includes(id)
  const mark = isOwn ? ' <span class="own">Your vote</span>' : ''
  const numbers = votes === null ? '' : ` ${numbersOf(votes)}`
  const content = `<span class="text"><bdi>${escapeHtml(text)}</bdi>${mark}</span>${numbers}`
  const type = maxChoices === 1 ? 'type="radio" required' : 'type="checkbox"'
  const control = `<input ${type} name="choice" value="${id}"${isOwn ? ' checked' : ''}>`
  const item = status === 'open' ? `<label>${control} ${content}</label>` : `<div>${content}</div>`
  return `<li>${item}${votes === null ? '' : bar(votes, voters)}</li>`
}

/** Has no style attribute, which the pages' content security policy refuses, and is visible without any styles. */
function bar(votes: number, voters: number): string {
  const share = voters > 0 ? ((100 * votes) / voters).toFixed(1) : 0
  return `<svg width="100%" height="10" fill="currentColor" aria-hidden="true"><rect width="${share}%" height="100%"/></svg>`
}

/** In a frame: the way to the page itself, which has the form. A form in a frame of another site is refused. */
export const embedFallback = (title: string, path: string) =>
  `<div class="plain" id="fallback"><main tabindex="-1">
<h1 dir="auto">${escapeHtml(title)}</h1>
<p><a class="button" href="${path}" target="_blank" rel="noopener">Open to vote</a></p>
</main></div>`

/** Links to the polls. */
export function listFallback({ polls, nextCursor }: PollList): string {
  const items = polls.map(({ id, question, voters, status }) => {
    const text = `<span class="text" dir="auto">${escapeHtml(question)}</span>`
    return `<li><a href="${routes.pollPage(id)}">${text} ${numbersOf(voters, status === 'closed' ? ', closed' : '')}</a></li>`
  })
  const list = polls.length > 0 ? `<ul>\n${items.join('\n')}\n</ul>` : '<p>There are no polls yet.</p>'
  const older = nextCursor ? ` These are the newest ${polls.length} polls.` : ''
  return fallback(`<h1>Polls</h1>
${list}
<p class="notice">The live view is not running: it needs ${NEEDS}. You can still open a poll and vote. Reload the page to see new votes.${older}</p>`)
}

/** Without a form: the API takes no new polls from forms. */
export const newPollFallback = fallback(
  `<h1>Ask a question</h1>\n<p class="notice">Asking a question needs ${NEEDS}. Reload the page to try again.</p>\n${ALL_POLLS}`,
)

export const privacyFallback = fallback(
  `<h1>Privacy</h1>\n<p class="notice">This page needs ${NEEDS}. Reload the page to try again.</p>`,
)

export const adminFallback = fallback(
  `<h1>Admin</h1>\n<p class="notice">This page needs ${NEEDS}. Reload the page to try again.</p>`,
)

type Missing = 'page' | 'poll' | 'room'

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

export const notFoundFallback = (what: Missing) =>
  fallback(
    `<h1>${capitalized(what)} not found</h1>\n<p>This ${what} doesn't exist or was deleted. Check the link.</p>\n${ALL_POLLS}`,
  )

export const deletedFallback = (what: Missing) =>
  fallback(`<h1>${capitalized(what)} deleted</h1>\n<p>This ${what} was deleted by its host.</p>\n${ALL_POLLS}`)

export const nothingOnFallback = fallback(
  '<h1>The next question is coming soon</h1>\n<p class="notice">Reload the page to see whether it is there.</p>',
)
