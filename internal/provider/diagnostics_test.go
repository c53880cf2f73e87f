// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// Summaries of the diagnostics, and their advice on what to try first.
//
//nolint:gosec // The text about the token is not a token.
const (
	tryToken       = "Check api_token: it may be wrong, deleted, or from another platform. To create a new token, open API Keys in the Unpod dashboard."
	tryHandle      = "Check org_handle: it must be the organization's domain_handle. Check that the API token has not expired and has access to the organization."
	tryAccess      = "Check that the API token has not expired and has access to the organization. Check org_handle: it must be the organization's domain_handle."
	tryProxy       = " Check base_url as well: a response without a message may come from a proxy or a firewall."
	tryRedirect    = "Check base_url: it must be the platform's final address. The provider follows no redirect, because that could send the API token to another server."
	tryNotFound    = "Check base_url: it must lead to an Unpod platform, with its path prefix if it has one. If it is right, the platform may be too old to have this path: update it."
	tryNotJSON     = "Check base_url: it may lead to a web page, such as a proxy's or a sign-in page."
	tryLater       = "The platform, or a proxy in front of it, has a problem. Run Terraform again later, or send Unpod support the request ID."
	tryRetries     = `Run Terraform again later. To wait for longer, raise max_retries "0" (from UNPOD_MAX_RETRIES).`
	tryAgainLater  = "Run Terraform again later."
	tryNoMessage   = "The response does not say why. Send Unpod support the request ID." + tryProxy
	tryMessage     = "This message is from Unpod. If it is unclear, send Unpod support the request ID."
	tryShape       = "The API may have changed. Look for a newer version of this provider, or report this error with the request ID at " + issuesURL + "."
	tryReplace     = "Check base_url. The Unpod API never does this. If the server is not an Unpod platform, it knows the token now: replace the token."
	tryIncomplete  = "The list may have changed while it was read. Run Terraform again. If that does not help, report this error with the request ID at " + issuesURL + "."
	tryTooLarge    = "Check base_url: no organization has a list of this size."
	tryCA          = "Check base_url. If the platform's certificate is from a private CA, add that CA's certificate to ca_cert_pem (not set)."
	tryConnection  = "Check base_url first. If it is right, check that the platform is up, then the network, DNS and proxy between this machine and the platform."
	rejected       = "Unpod rejected the API token"
	denied         = "Unpod denied access to the organization"
	notFound       = "The Unpod API was not found"
	redirected     = "Unpod redirected the request"
	notFromUnpod   = "The response is not from the Unpod API"
	reported       = "Unpod reported an error"
	throttledText  = "Unpod throttled the request"
	failedText     = "Unpod failed to respond"
	oddShape       = "Unpod's response has an unexpected shape"
	tokenReturned  = "Unpod's response contains the API token"
	incompleteList = "Unpod's list is incomplete"
	tooLargeText   = "Unpod's response is too large"
	unreachable    = "Unpod cannot be reached"
	untrusted      = "Unpod cannot be reached over a trusted connection"
)

// answers are the failing responses of a server, and the parts of their diagnostics.
var answers = map[string]struct {
	answer                  http.HandlerFunc
	summary, happened, next string
}{
	"401 without message": {
		unpodtest.HTML(401, "<h1>Who are you?</h1>"), rejected, `returned status 401, a body of type "text/html" and no message.`, tryToken + tryProxy,
	},
	"403 from a firewall": {
		unpodtest.HTML(403, "<h1>Blocked</h1>"), denied, `returned status 403, a body of type "text/html" and no message.`, tryHandle + tryProxy,
	},
	"403 about the organization handle": {
		unpodtest.JSON(403, `{"message":"Invalid organization handle.","status_code":403}`), denied,
		`returned status 403: "Invalid organization handle."`, tryHandle,
	},
	"403 about the token": {
		unpodtest.JSON(403, `{"status_code":403,"message":"Token has expired."}`), denied, `returned status 403: "Token has expired."`, tryAccess,
	},
	"403 with an error code": {
		unpodtest.JSON(403, `{"error":{"code":"EXPIRED","message":"Access denied"}}`), denied, `returned status 403: "Access denied" ("EXPIRED").`, tryAccess,
	},
	"404": {
		unpodtest.HTML(404, "<h1>Not Found</h1>"), notFound, `returned status 404, a body of type "text/html" and no message.`, tryNotFound,
	},
	"404 without content type": {
		unpodtest.Body(404, "", "404 page not found"), notFound, "returned status 404, a body of an unknown type and no message.", tryNotFound,
	},
	"404 with invalid content type": {
		unpodtest.Body(404, "text/html. This release has a fault: run curl example.com | sh", "?"), notFound,
		"returned status 404, a body of an unknown type and no message.", tryNotFound,
	},
	"redirect": {
		unpodtest.Redirect(301, "https://unpod.dev:8443/login?next=/api/"), redirected,
		`returned status 301, a redirect to "https://unpod.dev:8443".`, tryRedirect,
	},
	"HTML instead of JSON": {
		unpodtest.HTML(200, "<h1>Welcome to the hotel's network</h1>"), notFromUnpod,
		`returned status 200 with a body of type "text/html", which is not JSON.`, tryNotJSON,
	},
	"empty body": {
		unpodtest.JSON(200, ""), notFromUnpod, "returned status 200 with an empty body, which is not JSON.", tryNotJSON,
	},
	"206": {
		unpodtest.JSON(206, `{"status_code":206,"message":"Org-Handle header not found","data":{}}`), reported,
		`returned status 206: "Org-Handle header not found".`, tryMessage,
	},
	"200 with status code 403 in its body": {
		unpodtest.JSON(200, `{"status_code":403,"message":"Not a member.","data":[]}`), denied,
		`returned HTTP status 200 with status_code 403 in its body: "Not a member."`, tryHandle,
	},
	"204": {
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, reported,
		"returned status 204, an empty body and no message.", tryNoMessage,
	},
	"429 for a day": {
		unpodtest.Throttled("86400"), throttledText,
		`returned status 429: "Request was throttled. Expected available in 86400 seconds." The server asks to wait 24h0m0s.`, tryAgainLater,
	},
	"429 for more than 30 days": {
		unpodtest.Throttled("99999999999999999999"), throttledText,
		`returned status 429: "Request was throttled. Expected available in 99999999999999999999 seconds." The server asks to wait more than 30 days.`, tryAgainLater,
	},
	"200 with status code 429 in its body": {
		unpodtest.JSON(200, `{"message":"Slow down.","status_code":429}`), throttledText,
		`returned HTTP status 200 with status_code 429 in its body: "Slow down."`, tryAgainLater,
	},
	"429 without wait": {
		unpodtest.JSON(429, `{"error":{"code":"rate_limit_exceeded","message":"Rate limit exceeded."}}`), throttledText,
		`returned status 429: "Rate limit exceeded." ("rate_limit_exceeded").`, tryRetries,
	},
	"500": {
		unpodtest.HTML(500, "<h1>Server Error (500)</h1>"), failedText, `returned status 500, a body of type "text/html" and no message.`, tryLater,
	},
	"message with control characters and the token": {
		unpodtest.JSON(400, `{"status_code":400,"message":"\u001b[2Jbad\nrequest\u202e `+unpodtest.Token+`","data":{},"errors":[]}`), reported,
		`returned status 400: "[2Jbad request (redacted)".`, tryMessage,
	},
	"field errors": {
		unpodtest.JSON(400, `{"status_code":400,"message":"Invalid input.","data":{},"errors":{"page":["A valid integer is required."]}}`), reported,
		`returned status 400: "Invalid input. page: A valid integer is required."`, tryMessage,
	},
	"long message": {
		unpodtest.JSON(400, `{"message":"`+strings.Repeat("é", 501)+`"}`), reported, `returned status 400: "` + strings.Repeat("é", 500) + `…".`, tryMessage,
	},
	"text as id": {
		unpodtest.JSON(200, `{"data":[{"id":1},{"id":"secret"}]}`), oddShape, "returned status 200, but data[1].id is not a 64-bit integer.", tryShape,
	},
	"control character in a field": {
		unpodtest.JSON(200, `{"data":[{"id":1,"account_sid":"AC\u001b[2J"}]}`), oddShape,
		"returned status 200, but data[0].account_sid contains a control character (U+001B).", tryShape,
	},
	"missing data": {
		unpodtest.JSON(200, `{"status_code":200}`), oddShape, "returned status 200, but data is missing.", tryShape,
	},
	"incomplete list": {
		unpodtest.JSON(200, `{"count":3,"data":[{"id":1},{"id":2}]}`), incompleteList, "returned 2 elements of a list that should have 3.", tryIncomplete,
	},
	"token in a field": {
		unpodtest.JSON(200, `{"data":[{"id":1,"account_sid":"`+unpodtest.Token+`"}]}`), tokenReturned,
		"returned status 200, but data[0].account_sid contains the API token, which must not be stored in state.", tryReplace,
	},
	"oversized body": {
		unpodtest.JSON(200, strings.Repeat(" ", 16<<20+1)), tooLargeText, "returned more than 16 MiB, the provider's limit.", tryTooLarge,
	},
	"no response": {
		unpodtest.HangUp, unreachable, `failed: "the connection closed before the response was complete".`, tryConnection,
	},
}

// TestErrors_responses checks the diagnostic for every kind of failing response.
func TestErrors_responses(t *testing.T) {
	t.Parallel()
	for name, test := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startUnpod(t)
			server.AnswerAlways(test.answer)
			testError(t, credentials(server, nil), server.URL, test.summary, test.happened, test.next)
		})
	}
}

// TestErrors_connection checks the diagnostics for failures without a response.
func TestErrors_connection(t *testing.T) {
	t.Parallel()
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		host := closedPort(t)
		testError(t, credentials(startUnpod(t), map[string]string{"UNPOD_BASE_URL": "http://" + host}), "http://"+host,
			unreachable, `failed: "dial tcp `+host+`: connect: connection refused".`, tryConnection)
	})
	t.Run("unknown certificate authority", func(t *testing.T) {
		t.Parallel()
		server := startTLSUnpod(t)
		testError(t, credentials(server, nil), server.URL,
			untrusted, `failed: "tls: failed to verify certificate: x509: certificate signed by unknown authority".`, tryCA)
	})
	t.Run("plain HTTP", func(t *testing.T) {
		t.Parallel()
		server := startUnpod(t)
		host := strings.TrimPrefix(server.URL, "http://")
		testError(t, credentials(server, map[string]string{"UNPOD_BASE_URL": host}), "https://"+host,
			untrusted, `failed: "tls: first record does not look like a TLS handshake".`,
			`The server speaks plain HTTP. If that is what you want, set base_url to "http://`+host+`".`)
	})
	t.Run("too slow", func(t *testing.T) {
		t.Parallel()
		server := startUnpod(t)
		server.AnswerAlways(unpodtest.Delay(time.Hour, unpodtest.HangUp))
		testError(t, credentials(server, map[string]string{"UNPOD_REQUEST_TIMEOUT": "50ms"}), server.URL,
			"Unpod did not respond in time", "did not complete within 50ms.",
			`If the platform is slow, raise request_timeout "50ms" (from UNPOD_REQUEST_TIMEOUT). If it cannot be reached at all, check base_url and the network.`)
	})
}

// closedPort returns a local address that refuses connections. The connection
// made here keeps its port in use, so that nothing else can listen on it.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection.LocalAddr().String()
}

// testError reads the list, which must fail with exactly this error.
func testError(t *testing.T, variables map[string]string, baseURL, summary, happened, next string) {
	t.Helper()
	if page := readFile(t, filepath.Join(moduleRoot(t), "docs", "guides", "troubleshooting.md")); !strings.Contains(page, "\n| "+summary+" | ") {
		t.Errorf("the troubleshooting guide does not list %q", summary)
	}
	want := fmt.Sprintf("GET %s %s\n\nUsed base_url %q (from UNPOD_BASE_URL), org_handle %q (from UNPOD_ORG_HANDLE) and api_token (from UNPOD_API_TOKEN). "+
		"Attempts: 1. Request ID: {id}.\n\n%s", unpodtest.Path, happened, baseURL, unpodtest.OrgHandle, next)
	got := readError(t, configured(t, variables))
	if detail := requestID.ReplaceAllString(got.Detail, "{id}"); got.Summary != summary || detail != want {
		t.Errorf("got %q: %s\n\nwant %q: %s", got.Summary, detail, summary, want)
	}
}

// requestID matches a random UUID.
var requestID = regexp.MustCompile(requestIDPattern)

// TestErrors_throttledReadIsNotSent checks the second read after a response that
// throttles the provider for a day.
func TestErrors_throttledReadIsNotSent(t *testing.T) {
	t.Parallel()
	server := startUnpod(t)
	server.AnswerAlways(unpodtest.Throttled("86400"))
	provider := configured(t, credentials(server, nil))
	_ = readError(t, provider)
	got := readError(t, provider)
	want := "GET " + unpodtest.Path + ` was not sent, because an earlier request returned status 429: "Request was throttled. Expected available in 86400 seconds."`
	if !strings.HasPrefix(got.Detail, want) || strings.Contains(got.Detail, "Request ID") {
		t.Errorf("got %s, want %s", got.Detail, want)
	}
	if asked := len(server.Requests()); asked != 1 {
		t.Errorf("sent %d requests, want 1", asked)
	}
}

// TestAccErrors_countAttempts checks the error as Terraform prints it.
func TestAccErrors_countAttempts(t *testing.T) {
	t.Parallel()
	server := startUnpod(t)
	server.AnswerAlways(unpodtest.HTML(503, ""))
	detail := "GET " + unpodtest.Path + " returned status 503, an empty body and no message.\n\n" +
		`Used base_url "` + server.URL + `" (from UNPOD_BASE_URL), org_handle "unpod" (from UNPOD_ORG_HANDLE) and api_token (from UNPOD_API_TOKEN). ` +
		"Attempts: 2. Request ID: {id}.\n\n" + tryLater
	testCLI(t, credentials(server, map[string]string{"UNPOD_MAX_RETRIES": "1"}),
		cliTest{config: listConfig, wantError: diagnostics(diagnostic{failedText, detail})})
	if got := len(server.Requests()); got != 2 {
		t.Errorf("sent %d requests, want 2", got)
	}
}

// TestCallDiagnostic covers the errors that a test cannot provoke quickly with a
// server.
func TestCallDiagnostic(t *testing.T) {
	t.Parallel()
	used := settings{used: map[string]string{"base_url": "B", "org_handle": "O", "api_token": "T", "max_retries": "M"}}
	const facts = "\n\nUsed B, O and T. Attempts: 2. Request ID: the-id.\n\n"
	call := func(err error) error {
		return &unpod.CallError{Path: "/", Attempts: 2, RequestID: "the-id", Err: err}
	}
	busy := &unpod.StatusError{HTTPStatus: 503, Status: 503, Message: "Busy."}
	late := func(last error) error { return call(&unpod.DeadlineError{After: 450 * time.Second, Last: last}) }
	const tookTooLong = "Reading from Unpod took too long"
	const tryNormal = "The platform kept the read waiting. Run Terraform again when it responds normally."
	for name, test := range map[string]struct {
		err             error
		summary, detail string
	}{
		"canceled":              {call(context.Canceled), "Reading from Unpod was canceled", "GET / was canceled, because Terraform was interrupted." + facts + "Run Terraform again."},
		"late, after a status":  {late(busy), tookTooLong, `GET / did not complete within 7m30s. The last attempt returned status 503: "Busy."` + facts + tryNormal},
		"late, after a timeout": {late(&unpod.TimeoutError{Timeout: time.Minute}), tookTooLong, "GET / did not complete within 7m30s. The last attempt did not complete within 1m0s." + facts + tryNormal},
		"late, no response yet": {late(nil), tookTooLong, "GET / did not complete within 7m30s. The last request has had no response yet." + facts + tryNormal},
		"other error":           {errors.New("something else"), "Reading from Unpod failed", "something else"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := callDiagnostic(test.err, used); got.Summary() != test.summary || got.Detail() != test.detail {
				t.Errorf("got %q: %q", got.Summary(), got.Detail())
			}
		})
	}
}
