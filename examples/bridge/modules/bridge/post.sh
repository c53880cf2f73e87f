# Usage: BODY=JSON /bin/sh post.sh SLUG/ACTION/
#
# Posts BODY to a bridge, prints the status and the message of the response, and
# fails unless the status is 200 or 201.
set +x # A trace would show the token.

# The provider reads the same environment variables, in the same order. Here the
# address has no default, so that the token never goes to another platform.
token=${UNPOD_API_TOKEN:-${UNPOD_PLATFORM_TOKEN:?must be set, unless UNPOD_API_TOKEN is}}
token=${token#Token }
org_handle=${UNPOD_ORG_HANDLE:?must be set}
base_url=${UNPOD_PLATFORM_BASE_URL:-${UNPOD_BASE_URL:?must be set, for example to https://unpod.dev}}
base_url=${base_url%/}
base_url=${base_url%/api/v2/platform}

# curl reads the token from a pipe, because other users can see its arguments.
# With -q, it ignores a .curlrc, which could make it print the headers.
response=$(
  printf 'Authorization: Token %s\n' "$token" |
    curl -q --silent --show-error --max-time 30 --proto-default https \
      --header @- \
      --header "Org-Handle: $org_handle" \
      --header 'Content-Type: application/json' \
      --data "$BODY" \
      --write-out '\n%{http_code}' \
      "$base_url/api/v2/platform/telephony/bridges/$1"
)

# Responses can contain secrets, and a debug page the headers of the request, so
# this prints only the message.
status=${response##*[!0-9]}
message=$(printf '%s\n' "$response" | grep -Eo '"(message|detail|error)": *"[^"]*"' | head -n 1 | cut -d '"' -f 4 | tr -d '[:cntrl:]')
case $message in
  *"$token"*) message='The message contains the API token, so it is not shown.' ;;
esac
printf 'HTTP status %s\n' "$status${message:+: $message}"

# curl --fail would accept a redirect, and 206, which Unpod uses for some errors.
case $status in
  200 | 201) ;;
  *) exit 1 ;;
esac
