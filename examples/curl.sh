#!/bin/sh
# Makes a poll, votes, reads the results and closes it.
set -eu
URL=${1:?"the address of a Pollcast, such as http://localhost:3000"}
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

curl -fsS "$URL/api/polls" -H 'Content-Type: application/json' \
  -d '{"question":"Lunch?","choices":["Pizza","Salad"]}' > "$folder/made"
poll=$(grep -o '"id":"[^"]*"' "$folder/made" | head -n 1 | cut -d '"' -f 4)
choice=$(grep -o '"id":[0-9][0-9]*' "$folder/made" | head -n 1 | cut -d : -f 2)
key=$(grep -o '"hostKey":"[^"]*"' "$folder/made" | cut -d '"' -f 4)

curl -fsS -o "$folder/voted" "$URL/api/polls/$poll/votes" -H 'Content-Type: application/json' \
  -d "{\"choiceIds\":[$choice]}"
curl -fsS "$URL/api/polls/$poll/results.csv"
curl -fsS -o "$folder/closed" -X PATCH "$URL/api/polls/$poll" -H "Authorization: Bearer $key" \
  -H 'Content-Type: application/json' -d '{"status":"closed"}'
echo "Closed: $URL/polls/$poll"
