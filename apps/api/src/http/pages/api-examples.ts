export interface ApiExample {
  title: string
  /** For a shell, after those before it. */
  commands: string
}

/**
 * From nothing to a result with curl. apps/api/test/api-docs.test.ts runs them as they are on the page.
 *
 * @param url what people open, with a path if it has one
 */
export const apiExamples = (url: string): ApiExample[] => [
  {
    title: 'Make a poll',
    commands: `URL='${url.replaceAll("'", '%27')}'
curl -s "$URL/api/polls" -H 'Content-Type: application/json' \\
  -d '{"question":"Lunch?","choices":["Pizza","Salad"]}' > made.json
POLL=$(grep -o '"id":"[^"]*"' made.json | head -n 1 | cut -d '"' -f 4)
CHOICE=$(grep -o '"id":[0-9][0-9]*' made.json | head -n 1 | cut -d : -f 2)
KEY=$(grep -o '"hostKey":"[^"]*"' made.json | cut -d '"' -f 4)`,
  },
  {
    title: 'Vote, as a voter whose cookie is kept in a file',
    commands: `curl -s "$URL/api/polls/$POLL/votes" -b voter.txt -c voter.txt \\
  -H 'Content-Type: application/json' -d "{\\"choiceIds\\":[$CHOICE]}"`,
  },
  {
    title: 'Read the results',
    commands: `curl -s "$URL/api/polls/$POLL"
curl -s "$URL/api/polls/$POLL/results.csv"`,
  },
  {
    title: 'Watch them change, for three seconds',
    commands: `curl -s -N --max-time 3 "$URL/api/polls/$POLL/stream"`,
  },
  {
    title: 'Close the poll, as its host',
    commands: `curl -s -X PATCH "$URL/api/polls/$POLL" -H "Authorization: Bearer $KEY" \\
  -H 'Content-Type: application/json' -d '{"status":"closed"}'`,
  },
]
