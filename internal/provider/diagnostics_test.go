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
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// asked begins the detail of every error of a call.
const asked = "GET " + unpodtest.Path + " "

// What each class of errors tells to do next.
//
//nolint:gosec // The text about the token is no token.
const (
	checkToken        = "Check api_token (environment variable UNPOD_API_TOKEN or UNPOD_PLATFORM_TOKEN). An API token is made under API Keys in the Unpod dashboard."
	checkOrganization = "Check org_handle (environment variable UNPOD_ORG_HANDLE): it is the organization's domain_handle, as the API's Get All Organizations returns it, and the API token must have access to that organization."
	checkRedirect     = "Redirects are not followed, because that could hand the API token to another server. base_url (environment variable UNPOD_BASE_URL) may be wrong: it must be the platform's final address."
	checkStranger     = " An answer without a message may be from a proxy or a firewall: check base_url (environment variable UNPOD_BASE_URL) then."
	checkNotFound     = "Check base_url (environment variable UNPOD_BASE_URL): it must lead to an Unpod platform, with the path prefix of one that has a prefix."
	checkNotJSON      = "Check base_url (environment variable UNPOD_BASE_URL): it may lead to a web page, such as a proxy's or a sign-in page, in place of the API."
	checkLater        = "The fault is on the platform's side, or a proxy's before it. Run Terraform again later; Unpod's support finds the request by its id."
	checkThrottled    = "Run Terraform again later. If the wait is short, more attempts may do: raise max_retries (environment variable UNPOD_MAX_RETRIES)."
	checkNoMessage    = "The answer does not say why." + checkStranger + " If it is the platform's, Unpod's support finds the request by its id."
	checkMessage      = "The message is the platform's own. If it does not tell what to change, Unpod's support finds the request by its id."
	checkShape        = "The API may have changed: look for a newer version of this provider, or report this error with the request id."
	checkReturned     = "Check base_url (environment variable UNPOD_BASE_URL): the server gives back what it was sent, which the Unpod API does not do. If it is not the platform, replace the token: it is known there now."
	checkIncomplete   = "The list may have changed while it was read: run Terraform again. If that does not help, report this error with the request id."
	checkTooLarge     = "Check base_url (environment variable UNPOD_BASE_URL): this is more than any organization's list."
	checkTLS          = "Check base_url (environment variable UNPOD_BASE_URL). If the platform's certificate is from a certificate authority of your own, give that authority's certificate in ca_cert_pem (environment variable UNPOD_CA_CERT_PEM)."
	checkConnection   = "Check base_url (environment variable UNPOD_BASE_URL), that the platform is up, and the network, DNS and proxy on the way to it."
)

// answers are what a server may answer with, and what the user is told of it.
var answers = map[string]struct {
	answer                  http.HandlerFunc
	summary, happened, next string
}{
	"a 401 without a message": {
		unpodtest.HTML(401, "<h1>Who are you?</h1>"),
		"Unpod did not accept the API token", "was answered with status 401, a body of type text/html and no message.", checkToken + checkStranger,
	},
	"a 403 of a firewall": {
		unpodtest.HTML(403, "<h1>Blocked</h1>"),
		"Unpod did not accept the organization", "was answered with status 403, a body of type text/html and no message.", checkOrganization + checkStranger,
	},
	"a 404": {
		unpodtest.HTML(404, "<h1>Not Found</h1>"),
		"The Unpod API was not found", "was answered with status 404, a body of type text/html and no message.", checkNotFound,
	},
	"a 404 of no type": {
		unpodtest.Body(404, "", "404 page not found"),
		"The Unpod API was not found", "was answered with status 404, a body without a content type and no message.", checkNotFound,
	},
	"a redirect": {
		unpodtest.Redirect(301, "https://unpod.dev:8443/login?next=/api/"),
		"Unpod redirected the request", "was answered with status 301, a redirect to https://unpod.dev:8443.", checkRedirect,
	},
	"HTML in place of JSON": {
		unpodtest.HTML(200, "<h1>Welcome to the hotel's network</h1>"),
		"The answer is not from the Unpod API", "was answered with status 200, but what came is not JSON: a body of type text/html.", checkNotJSON,
	},
	"HTML that is said to be JSON": {
		unpodtest.JSON(200, "<h1>Welcome</h1>"),
		"The answer is not from the Unpod API", "was answered with status 200, but what came is not JSON: a body of type application/json.", checkNotJSON,
	},
	"nothing": {
		unpodtest.JSON(200, ""),
		"The answer is not from the Unpod API", "was answered with status 200, but what came is not JSON: an empty body.", checkNotJSON,
	},
	"an application error": {
		unpodtest.JSON(206, `{"status_code":206,"message":"Org-Handle header not found","data":{}}`),
		"Unpod reported an error", `was answered with status 206: "Org-Handle header not found".`, checkMessage,
	},
	"an error in a success": {
		unpodtest.JSON(200, `{"status_code":403,"message":"Not a member.","data":[]}`),
		"Unpod did not accept the organization", `was answered with HTTP status 200, whose body says status 403: "Not a member."`, checkOrganization,
	},
	"a 204": {
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
		"Unpod reported an error", "was answered with status 204, an empty body and no message.", checkNoMessage,
	},
	"a 429 for a day": {
		unpodtest.Throttled("86400"),
		"Unpod throttled the request", `was answered with status 429: "Request was throttled. Expected available in 86400 seconds." The server asked to wait 24h0m0s.`, checkThrottled,
	},
	"a 429 for ages": {
		unpodtest.Throttled("99999999999999999999"),
		"Unpod throttled the request", `was answered with status 429: "Request was throttled. Expected available in 99999999999999999999 seconds." The server asked to wait more than 30 days.`, checkThrottled,
	},
	"a 429 in a success": {
		unpodtest.JSON(200, `{"message":"Slow down.","status_code":429}`),
		"Unpod throttled the request", `was answered with HTTP status 200, whose body says status 429: "Slow down."`, "Run Terraform again later.",
	},
	"a 429 without a time": {
		unpodtest.JSON(429, `{"message":"Slow down.","status_code":429}`),
		"Unpod throttled the request", `was answered with status 429: "Slow down."`, checkThrottled,
	},
	"a 500": {
		unpodtest.HTML(500, "<h1>Server Error (500)</h1>"),
		"Unpod failed to answer", "was answered with status 500, a body of type text/html and no message.", checkLater,
	},
	"a message for the terminal": {
		unpodtest.JSON(400, `{"status_code":400,"message":"\u001b[2Jbad\nrequest\u202e `+unpodtest.Token+`","data":{},"errors":[]}`),
		"Unpod reported an error", `was answered with status 400: "[2Jbad request (redacted)".`, checkMessage,
	},
	"a long message": {
		unpodtest.JSON(400, `{"message":"`+strings.Repeat("é", 501)+`"}`),
		"Unpod reported an error", `was answered with status 400: "` + strings.Repeat("é", 500) + `…".`, checkMessage,
	},
	"an id that is text": {
		unpodtest.JSON(200, `{"data":[{"id":1},{"id":"secret"}]}`),
		"Unpod's answer has an unexpected shape", "was answered with status 200, but data[1].id is not a whole number of 64 bits.", checkShape,
	},
	"no data": {
		unpodtest.JSON(200, `{"status_code":200}`),
		"Unpod's answer has an unexpected shape", "was answered with status 200, but data is missing.", checkShape,
	},
	"a total that does not add up": {
		unpodtest.JSON(200, `{"count":3,"data":[{"id":1},{"id":2}]}`),
		"Unpod's list does not add up", "brought 2 provider configurations, where the server announced 3.", checkIncomplete,
	},
	"a field that is there twice": {
		unpodtest.JSON(200, `{"data":[{"id":1,"id":2}]}`),
		"Unpod's answer has an unexpected shape", "was answered with status 200, but data[0].id is there twice.", checkShape,
	},
	"the token": {
		unpodtest.JSON(200, `{"data":[{"id":1,"account_sid":"`+unpodtest.Token+`"}]}`),
		"Unpod's answer contains the API token",
		"was answered with status 200, but data[0].account_sid contains the API token, which must not go into state.", checkReturned,
	},
	"a body that is too large": {
		unpodtest.JSON(200, strings.Repeat(" ", 16<<20+1)),
		"Unpod's answer is too large", "was answered with more than 16 MiB, which is not read.", checkTooLarge,
	},
	"no answer": {
		unpodtest.HangUp,
		"Unpod cannot be reached", "failed: the connection ended before the whole answer had come.", checkConnection,
	},
	"a body that breaks off": {
		unpodtest.BreakOff(`{"data":[]}`),
		"Unpod cannot be reached", "failed: the connection ended before the whole answer had come.", checkConnection,
	},
}

func TestAccErrors_answers(t *testing.T) {
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

// TestAccErrors_credentials has the platform refuse what it was sent.
func TestAccErrors_credentials(t *testing.T) {
	t.Parallel()
	server := startUnpod(t)
	t.Run("token", func(t *testing.T) {
		t.Parallel()
		testError(t, credentials(server, map[string]string{"UNPOD_API_TOKEN": "wrong"}), server.URL,
			"Unpod did not accept the API token", `was answered with status 401: "Invalid token."`, checkToken)
	})
	t.Run("organization", func(t *testing.T) {
		t.Parallel()
		testError(t, credentials(server, map[string]string{"UNPOD_ORG_HANDLE": "wrong"}), server.URL,
			"Unpod did not accept the organization", `was answered with status 403: "Invalid organization handle."`, checkOrganization)
	})
}

func TestAccErrors_connection(t *testing.T) {
	t.Parallel()
	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		host := closedPort(t)
		testError(t, credentials(startUnpod(t), map[string]string{"UNPOD_BASE_URL": "http://" + host}), "http://"+host,
			"Unpod cannot be reached", "failed: dial tcp "+host+": connect: connection refused.", checkConnection)
	})
	t.Run("unknown certificate authority", func(t *testing.T) {
		t.Parallel()
		server := startTLSUnpod(t)
		testError(t, credentials(startUnpod(t), map[string]string{"UNPOD_BASE_URL": server.URL}), server.URL,
			"Unpod cannot be reached over a trusted connection",
			"failed: tls: failed to verify certificate: x509: certificate signed by unknown authority.", checkTLS)
	})
	t.Run("no TLS", func(t *testing.T) {
		t.Parallel()
		server := startUnpod(t)
		address := strings.Replace(server.URL, "http:", "https:", 1)
		testError(t, credentials(server, map[string]string{"UNPOD_BASE_URL": address}), address,
			"Unpod cannot be reached over a trusted connection", "failed: http: server gave HTTP response to HTTPS client.", checkTLS)
	})
	t.Run("too slow", func(t *testing.T) {
		t.Parallel()
		server := startUnpod(t)
		server.AnswerAlways(unpodtest.Delay(time.Hour, unpodtest.HangUp))
		testError(t, credentials(server, map[string]string{"UNPOD_REQUEST_TIMEOUT": "50ms"}), server.URL,
			"Unpod did not answer in time", "brought no whole answer within 50ms.",
			"Raise request_timeout (environment variable UNPOD_REQUEST_TIMEOUT), which is 50ms now, if the platform is slow. "+
				"If it cannot be reached at all, check base_url (environment variable UNPOD_BASE_URL) and the network.")
	})
}

// closedPort returns an address of this machine where nothing listens.
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

// testError reads the list, which must end in exactly this error.
func testError(t *testing.T, variables map[string]string, baseURL, summary, happened, next string) {
	t.Helper()
	if page := readFile(t, filepath.Join(moduleRoot(t), "docs", "guides", "troubleshooting.md")); !strings.Contains(page, "\n| "+summary+" | ") {
		t.Errorf("the troubleshooting page does not have %q", summary)
	}
	detail := fmt.Sprintf("%s%s\n\n%s\n\nBase URL: %s. Attempts: 1. Request id: {id}.", asked, happened, next, baseURL)
	testCLI(t, variables, resource.TestStep{Config: listConfig, ExpectError: diagnostics(diagnostic{summary, detail})})
}

// TestAccErrors_retries counts the attempts that an error tells of.
func TestAccErrors_retries(t *testing.T) {
	t.Parallel()
	server := startUnpod(t)
	server.AnswerAlways(unpodtest.HTML(503, ""))
	detail := asked + "was answered with status 503, an empty body and no message.\n\n" +
		checkLater + "\n\nBase URL: " + server.URL + ". Attempts: 2. Request id: {id}."
	testCLI(t, credentials(server, map[string]string{"UNPOD_MAX_RETRIES": "1"}),
		resource.TestStep{Config: listConfig, ExpectError: diagnostics(diagnostic{"Unpod failed to answer", detail})})
	if got := len(server.Requests()); got != 2 {
		t.Errorf("asked %d times, not twice", got)
	}
}

// TestCallDiagnostic has the errors that no server brings about.
func TestCallDiagnostic(t *testing.T) {
	t.Parallel()
	cancelled := asked + "was given up, because Terraform was interrupted.\n\nRun Terraform again.\n\nBase URL: https://unpod.dev."
	call := unpod.CallError{Method: "GET", Path: unpodtest.Path, BaseURL: "https://unpod.dev", Err: context.Canceled}
	sent := call
	sent.Attempts, sent.RequestID = 2, "the-id"
	for name, test := range map[string]struct {
		err             error
		summary, detail string
	}{
		"cancelled":                  {&sent, "Reading from Unpod was cancelled", cancelled + " Attempts: 2. Request id: the-id."},
		"cancelled, nothing sent":    {&call, "Reading from Unpod was cancelled", cancelled},
		"not an error of the client": {errors.New("something else"), "Reading from Unpod failed", "something else"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := callDiagnostic(test.err); got.Summary() != test.summary || got.Detail() != test.detail {
				t.Errorf("got %q: %q", got.Summary(), got.Detail())
			}
		})
	}
}
