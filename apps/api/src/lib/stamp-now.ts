/**
 * Puts the time into the JSON of a snapshot: the field `"now":null`, of which there is one at most, gets the time in ISO
 * 8601, in UTC with milliseconds. JSON without that field stays as it is. Quotes inside of JSON strings are escaped, so this
 * text can be nothing but the field, whatever people have written into a poll.
 *
 * @param age milliseconds since what is new in it was committed: a field of its own beside the time
 */
export const stampNow = (json: string, at = new Date(), age?: number): string =>
  json.replace(
    '"now":null',
    `"now":"${at.toISOString()}"${age === undefined ? '' : `,"age":${Math.max(0, Math.round(age))}`}`,
  )
