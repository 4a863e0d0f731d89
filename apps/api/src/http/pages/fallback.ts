import { hiddenUntil } from '@pollcast/shared/hidden-until'
import type { Choice } from '@pollcast/shared/kinds/choice'
import { isLongQuestion } from '@pollcast/shared/long-question'
import type { Poll, PollList } from '@pollcast/shared/poll'
import type { Privacy } from '@pollcast/shared/privacy'
import { privacyValues, statementsOf } from '@pollcast/shared/privacy-statements'
import { routes } from '@pollcast/shared/routes'
import type { Theme } from '../../theme/theme.ts'
import type { Texts } from '../texts/languages.ts'
import { escapeHtml, plainPage } from './html.ts'

/*
 * What a page shows, and the form to vote, if the web app does not run: scripts are off or blocked, one of its
 * files did not load, or the browser is too old. The app hides it when it starts; the web app's styles/plain.css
 * shows it when that does not happen.
 */

const allPolls = (texts: Texts) => `<p><a href="${routes.listPage}">${texts.t('app.all-polls')}</a></p>`
const numbersOf = (text: string) => `<span class="numbers">${text}</span>`

/** What a page is rendered in. */
export interface Looks {
  texts: Texts
  theme: Theme
}

const fallback = ({ theme }: Looks, content: string, attributes = '') =>
  plainPage(theme, content, `id="fallback"${attributes}`)

interface Around {
  /** The room's title, on its page. */
  roomTitle?: string
  /**
   * Whether the app's page begins with the same header, title and question at the same places: then they are shown while the
   * app still loads (the web app's styles/plain.css).
   */
  isEarly?: boolean
}

/** The poll's choices and results, as a form while the poll is open. */
export function pollFallback(poll: Poll, looks: Looks, { roomTitle = '', isEarly = false }: Around = {}): string {
  const { texts } = looks
  const isOpen = poll.status === 'open'
  const choices = `<ul>\n${poll.choices.map((choice) => choiceItem(choice, poll, texts)).join('\n')}\n</ul>`
  const attributes = isEarly ? ' data-early' : ''
  const title = roomTitle && `<p class="room" dir="auto">${escapeHtml(roomTitle)}</p>\n`
  const heading = `${title}<h1 dir="auto"${isLongQuestion(poll.question) ? ' data-long="true"' : ''}>${escapeHtml(poll.question)}</h1>\n<p><strong>${texts.voters(poll.voters)}</strong></p>`
  if (!isOpen) {
    const closed = texts.t(poll.resultsHidden ? 'plain.closed-hidden' : 'poll.closed-final')
    return fallback(looks, `${heading}\n<p>${closed}</p>\n${choices}`, attributes)
  }
  const hidden = poll.resultsHidden ? `\n<p>${hiddenText(poll, texts)}</p>` : ''
  // Without autocomplete="off", what a browser fills in after a reload would look like the voter's ballot.
  return fallback(
    looks,
    `${heading}${hidden}
<form method="post" action="${routes.votes(poll.id)}" autocomplete="off">
<fieldset>
<legend>${legendOf(poll, texts)}</legend>
${choices}${poll.voteMode === 'code' ? codeField(texts) : ''}
</fieldset>
<button class="button">${texts.t(poll.ownChoiceIds.length > 0 ? 'poll.change' : 'poll.vote')}</button>
</form>
<p class="notice">${texts.t('plain.no-live')} ${texts.t('plain.vote-here')}</p>`,
    attributes,
  )
}

const hiddenText = (poll: Poll, texts: Texts) =>
  texts.t(`hidden.until-${hiddenUntil(poll, poll.voters)}`, { count: texts.number(poll.resultsFromVoters) })

function legendOf({ minChoices, maxChoices }: Poll, texts: Texts): string {
  const [min, max] = [texts.number(minChoices), texts.number(maxChoices)]
  if (maxChoices === 1) return texts.t('poll.choose-one')
  if (minChoices === 1) return texts.t('poll.choose-up-to', { max })
  return minChoices === maxChoices
    ? texts.t('poll.choose-exactly', { count: max })
    : texts.t('poll.choose-from-to', { min, max })
}

const codeField = (texts: Texts) =>
  `\n<p><label>${texts.t('code.label')} <input name="code" required autocapitalize="characters" maxlength="40"></label></p>`

function choiceItem({ id, text, votes }: Choice, poll: Poll, texts: Texts): string {
  const isOwn = poll.ownChoiceIds.includes(id)
  const mark = isOwn ? ` <span class="own">${texts.t('poll.your-vote')}</span>` : ''
  const numbers = votes === null ? '' : ` ${numbersOf(texts.votes(votes))}`
  const content = `<span class="text"><bdi>${escapeHtml(text)}</bdi>${mark}</span>${numbers}`
  const type = poll.maxChoices === 1 ? 'type="radio" required' : 'type="checkbox"'
  const control = `<input ${type} name="choice" value="${id}"${isOwn ? ' checked' : ''}>`
  const item = poll.status === 'open' ? `<label>${control} ${content}</label>` : `<div>${content}</div>`
  return `<li>${item}${votes === null ? '' : bar(votes, poll.voters)}</li>`
}

/** Has no style attribute, which the pages' content security policy refuses, and is visible without any styles. */
function bar(votes: number, voters: number): string {
  const share = voters > 0 ? ((100 * votes) / voters).toFixed(1) : 0
  return `<svg width="100%" height="10" fill="currentColor" aria-hidden="true"><rect width="${share}%" height="100%"/></svg>`
}

/** In a frame: the way to the page itself, which has the form. A form in a frame of another site is refused. */
export const embedFallback = (title: string, path: string, { texts }: Looks) =>
  `<div class="plain" id="fallback"><main tabindex="-1">
<h1 dir="auto">${escapeHtml(title)}</h1>
<p><a class="button" href="${path}" target="_blank" rel="noopener">${texts.t('embed.open-to-vote')}</a></p>
</main></div>`

/** Links to the polls. */
export function listFallback({ polls, nextCursor }: PollList, looks: Looks): string {
  const { texts } = looks
  const items = polls.map(({ id, question, voters, status }) => {
    const text = `<span class="text" dir="auto">${escapeHtml(question)}</span>`
    const numbers = [texts.voters(voters), ...(status === 'closed' ? [texts.t('list.closed')] : [])].join(' · ')
    return `<li><a href="${routes.pollPage(id)}">${text} ${numbersOf(numbers)}</a></li>`
  })
  const list = polls.length > 0 ? `<ul>\n${items.join('\n')}\n</ul>` : `<p>${texts.t('plain.no-polls')}</p>`
  const older = nextCursor ? ` ${texts.t('plain.newest', { count: texts.number(polls.length) })}` : ''
  return fallback(
    looks,
    `<h1>${texts.t('front.listed')}</h1>
${list}
<p class="notice">${texts.t('plain.no-live')} ${texts.t('plain.open-poll')}${older}</p>`,
  )
}

/** Without a form: the API takes no new polls from forms. */
export const newPollFallback = (looks: Looks) => {
  const { texts } = looks
  return fallback(
    looks,
    `<h1>${texts.t('app.ask')}</h1>\n<p class="notice">${texts.t('plain.ask-needs')}</p>\n${allPolls(texts)}`,
  )
}

/** All that the app's page says. */
export function privacyFallback(privacy: Privacy, looks: Looks): string {
  const { texts } = looks
  const values = privacyValues(privacy, (value) => texts.number(value))
  const sections = statementsOf(privacy).map(({ heading, sentences }) => {
    const paragraphs = sentences.map((name) => `<p>${escapeHtml(texts.t(`privacy.${name}`, values))}</p>`)
    return `<h2>${escapeHtml(texts.t(`privacy.${heading}`))}</h2>\n${paragraphs.join('\n')}`
  })
  const [title, intro] = [texts.t('privacy.title'), texts.t('privacy.intro')].map(escapeHtml)
  return fallback(looks, `<h1>${title}</h1>\n<p>${intro}</p>\n${sections.join('\n')}`)
}

export const adminFallback = (looks: Looks) => {
  const { texts } = looks
  return fallback(looks, `<h1>${texts.t('admin.title')}</h1>\n<p class="notice">${texts.t('plain.page-needs')}</p>`)
}

/** What is not there, or not any more. */
export type Missing = 'page' | 'poll' | 'room' | 'deletedPoll' | 'deletedRoom'

export const missingFallback = (what: Missing, looks: Looks) => {
  const { texts } = looks
  return fallback(
    looks,
    `<h1>${texts.t(`missing.${what}`)}</h1>\n<p>${texts.t(`missing.${what}-detail`)}</p>\n${allPolls(texts)}`,
  )
}

export const nothingOnFallback = (looks: Looks) => {
  const { texts } = looks
  return fallback(looks, `<h1>${texts.t('room.next-soon')}</h1>\n<p class="notice">${texts.t('plain.reload')}</p>`)
}
