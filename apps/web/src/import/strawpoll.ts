import type { Visibility, VoteMode } from '@pollcast/shared/settings'
import { closeTimeOf } from './close-time.ts'
import type { ImportBuilder } from './import-builder.ts'
import type { ForeignKind, ImportPlace, ImportSettings } from './imported.ts'
import { isObject, type JsonObject, objectsIn, textIn } from './json.ts'

const FOREIGN = new Map<unknown, ForeignKind>([
  ['meeting', 'meeting'],
  ['ranked_choice', 'ranked-choice'],
])

const VISIBILITY = new Map<unknown, Visibility>([
  ['always', 'always'],
  ['after_vote', 'after-vote'],
  ['after_deadline', 'after-close'],
  ['never', 'host'],
])

const VOTE_MODES = new Map<unknown, VoteMode>([
  ['ip', 'browser'],
  ['session', 'browser'],
  ['invite', 'code'],
  ['none', 'none'],
])

/** Settings that change who votes for what, and that no poll here has. */
const UNTAKEN = ['allow_comments', 'allow_indeterminate', 'allow_other_option', 'require_voter_names']

/** A poll as StrawPoll's API v3 answers it, by itself or as `poll`; undefined for anything else. */
export function strawPollOf(value: unknown): JsonObject | undefined {
  if (!isObject(value)) return undefined
  return [value, value.poll].filter(isObject).find((poll) => Array.isArray(poll.poll_options))
}

export function readStrawPoll(poll: JsonObject, where: ImportPlace, builder: ImportBuilder): void {
  const question = textIn(poll.title)
  const kind = FOREIGN.get(poll.type)
  if (kind) {
    builder.note({ code: 'kind-not-taken', kind, text: question }, where)
    return
  }
  const options = objectsIn(poll.poll_options).sort((one, other) => positionOf(one) - positionOf(other))
  if (isObject(poll.media) || options.some(({ media }) => isObject(media))) {
    builder.note({ code: 'pictures-not-taken' }, where)
  }
  const meta = isObject(poll.poll_meta) ? [poll.poll_meta] : []
  if ([...meta, ...options].some(({ description }) => textIn(description).trim() !== '')) {
    builder.note({ code: 'descriptions-not-taken' }, where)
  }
  if (options.some(({ max_votes }) => positive(max_votes))) {
    builder.note({ code: 'setting-not-taken', setting: 'max_votes' }, where)
  }
  const hasVotes = options.some(({ vote_count }) => positive(vote_count))
  builder.add({
    where,
    question,
    choices: options.map(({ value }) => textIn(value)),
    settings: settingsOf(isObject(poll.poll_config) ? poll.poll_config : {}, options.length, where, builder),
    without: hasVotes ? ['votes-not-taken'] : [],
  })
}

const positionOf = ({ position }: JsonObject): number => (typeof position === 'number' ? position : 0)

function settingsOf(config: JsonObject, choices: number, where: ImportPlace, builder: ImportBuilder): ImportSettings {
  for (const setting of UNTAKEN) {
    if (config[setting] === true) builder.note({ code: 'setting-not-taken', setting }, where)
  }
  const settings: ImportSettings = {}
  if (config.is_multiple_choice === true) {
    // 0 is "no limit".
    settings.minChoices = positive(config.multiple_choice_min) ?? 1
    settings.maxChoices = positive(config.multiple_choice_max) ?? choices
  }
  const visibility = VISIBILITY.get(config.results_visibility)
  if (visibility) settings.resultsVisibility = visibility
  const voteMode = VOTE_MODES.get(config.duplication_checking)
  if (voteMode) settings.voteMode = voteMode
  if (config.duplication_checking === 'ip') builder.note({ code: 'ip-check-not-taken' }, where)
  if (config.edit_vote_permissions === 'nobody' || config.edit_vote_permissions === 'admin')
    settings.allowChange = false
  if (config.randomize_options === true) settings.shuffleChoices = true
  const deadline = positive(config.deadline_at)
  if (deadline === undefined) return settings
  return { ...settings, ...closeTimeOf(String(deadline), new Date(deadline * 1000), builder, where) }
}

const positive = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined
