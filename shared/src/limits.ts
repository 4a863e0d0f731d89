/** How large a poll may be. The API refuses what is beyond, the page does not let one type it. */
export const limits = {
  questionLength: 240,
  choiceLength: 120,
  minChoices: 2,
  maxChoices: 50,
  /** Polls on one page of the list, and polls that one stream may watch. */
  pageSize: 20,
} as const
