/** How large a poll may be. The API refuses what is beyond, the page does not let one type it. */
export const limits = {
  questionLength: 240,
  choiceLength: 120,
  titleLength: 120,
  minChoices: 2,
  maxChoices: 50,
  pollsInRoom: 200,
  /** One-time codes that can be asked for at once, and that a room has in all. */
  codesAtOnce: 5000,
  codesInRoom: 20_000,
  /** Polls on one page of the list, and topics that one stream may watch. */
  pageSize: 20,
  /** Rooms on one page of the admin's list. */
  adminPageSize: 50,
  /** Updates in one report of how fresh a page is. */
  updatesReported: 60,
  /** Milliseconds of one. What takes longer was no journey: the machine slept. */
  updateMs: 60_000,
} as const
