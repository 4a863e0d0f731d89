"""Makes a poll and follows it by long polling: python3 python.py http://localhost:3000 "Lunch?" Soup Rice"""

import json
import sys
import urllib.request

url, question, *choices = sys.argv[1:]


def ask(path, body=None):
    """The status, the headers and the JSON of an answer; None where there is nothing new."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read()
        return answer.headers, json.loads(text) if text else None


_, made = ask("/api/polls", {"question": question, "choices": choices})
poll = made["poll"]
print("Vote at", made["room"]["joinUrl"], flush=True)
print("Host:", made["room"]["joinUrl"] + "/host#" + made["hostKey"], flush=True)

after = ""
while True:
    # Held by the server until there is something newer, 25 s at most.
    headers, news = ask("/api/polls/" + poll["id"] + after)
    if news is None:
        continue
    print(*(f"{choice['text']}: {choice['votes']}" for choice in news["choices"]), sep=", ", flush=True)
    if news["status"] == "closed":
        break
    # An ETag begins with the id that ?after= takes: W/"ID-…"
    after = "?after=" + headers["ETag"].removeprefix('W/"').split("-")[0]
