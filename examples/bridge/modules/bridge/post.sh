# Posts BODY to URL, and fails with the platform's words. printf is a part of the
# shell, and curl reads the headers from its input: no process has the token among
# its arguments.
set -eu
printf 'Authorization: Token %s\nOrg-Handle: %s\n' "$UNPOD_API_TOKEN" "$UNPOD_ORG_HANDLE" |
  curl --silent --show-error --fail-with-body --max-time 30 \
    --header @- --header 'Content-Type: application/json' --data "$BODY" "$URL"
