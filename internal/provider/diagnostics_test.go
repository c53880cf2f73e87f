// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// Summaries and advice that several rows or files have.
const (
	rejected      = "Unpod rejected the API token"
	denied        = "Unpod denied access to the organization"
	notFound      = "The Unpod API was not found"
	notFromUnpod  = "The response is not from the Unpod API"
	reported      = "Unpod reported an error"
	throttledText = "Unpod throttled the request"
	failedText    = "Unpod is unavailable"
	oddShape      = "Unpod's response has an unexpected shape"
	untrusted     = "Unpod cannot be reached over a trusted connection"

	tryToken     = "Check api_token: it may be wrong, expired, deleted, or from another platform. To create a new token, open API Keys in the Unpod dashboard." //nolint:gosec // It is not a token.
	tryHandle    = "Check org_handle: it must be the organization's domain_handle. Check that the API token has not expired and has access to the organization."
	tryAccess    = "Check that the API token has not expired and has access to the organization. Check org_handle: it must be the organization's domain_handle."
	tryNoMessage = "Check base_url: a response without a message may come from a proxy or a firewall. If it is right, send Unpod support the request ID."
	tryProxy     = " Check base_url as well: a response without a message may come from a proxy or a firewall."
	tryNotFound  = "Check base_url: it must lead to an Unpod platform, with its path prefix if it has one. Not every platform has this API."
	tryNotJSON   = "Check base_url: it may lead to a web page, such as a proxy's or a sign-in page."
	tryLater     = "Run Terraform again later. If that does not help, send Unpod support the request ID."
	tryNow       = "Run Terraform again later."
	tryMessage   = "This message is from Unpod. If it is unclear, send Unpod support the request ID."
	tryShape     = "Update this provider. If that does not help, report this error with the request ID at " + issuesURL + "."
)

// responses are failing responses of a server that repeats the token wherever it
// can, and their explanations, one for each type of error and of advice. Which
// bodies have which message, and so on, is tested in the client's package.
var responses = map[string]struct {
	answer http.HandlerFunc
	want   explanation
}{
	"401 without message":               {unpodtest.HTML(401, canary), explanation{rejected, `returned status 401, a body of type "text/html" and no message.`, tryToken + tryProxy}},
	"401 whose message has the token":   {unpodtest.JSON(401, `{"message":"No such token: `+canary+`"}`), explanation{rejected, `returned status 401` + said(`No such token: (redacted)`), tryToken}},
	"403 without message":               {unpodtest.HTML(403, canary), explanation{denied, `returned status 403, a body of type "text/html" and no message.`, tryHandle + tryProxy}},
	"403 about the organization handle": {unpodtest.JSON(403, `{"message":"Bad handle."}`), explanation{denied, `returned status 403` + said(`Bad handle.`), tryHandle}},
	"403 about the token":               {unpodtest.JSON(403, `{"message":"Bad Token."}`), explanation{denied, `returned status 403` + said(`Bad Token.`), tryAccess}},
	"403 about credentials":             {unpodtest.JSON(403, `{"message":"Bad credentials."}`), explanation{denied, `returned status 403` + said(`Bad credentials.`), tryAccess}},
	"403 with an error code":            {unpodtest.JSON(403, `{"error":{"code":"EXPIRED","message":"Access denied"}}`), explanation{denied, `returned status 403` + said(`Access denied`) + ` (error code "EXPIRED")`, tryAccess}},
	"404 with a message": {unpodtest.JSON(404, `{"message":"Organization not found."}`), explanation{
		"Unpod did not find what was requested", "returned status 404" + said("Organization not found."), "Check org_handle: it must be the organization's domain_handle. Then check base_url.",
	}},
	"400 without message": {unpodtest.HTML(400, ""), explanation{reported, "returned status 400, an empty body and no message.", "Check base_url: the platform may not allow its host, or a proxy or a firewall may have sent this response."}},
	// A CI runner would obey a line that begins with ::, or has ##[ or ##vso anywhere.
	"commands of CI runners": {unpodtest.JSON(403, `{"error":{"code":"##vso[x]","message":"`+strings.Repeat("long ", 14)+` ::stop-commands::x ####[add-mask]\"\\"}}`), explanation{
		denied, "returned status 403" + said(strings.Repeat("long ", 14)+` ::stop-commands::x # # # #[add-mask]\"\\`) + ` (error code "# #vso[x]")`, tryHandle,
	}},
	"redirect": {unpodtest.Redirect(301, "https://"+canary+"@unpod.dev:8443/"+canary), explanation{
		"Unpod redirected the request", `returned status 301, a redirect to` + said(`https://unpod.dev:8443`),
		"If this is your platform's address, set base_url to it. The provider does not follow redirects, because that could send the API token to another server.",
	}},
	"web page":                  {unpodtest.Body(200, "text/"+canary, canary), explanation{notFromUnpod, `returned status 200 with a body of type "text/(redacted)", which is not JSON.`, tryNotJSON}},
	"empty body":                {unpodtest.JSON(200, ""), explanation{notFromUnpod, "returned status 200 with an empty body, which is not JSON.", tryNotJSON}},
	"media type with a command": {unpodtest.Body(200, "text/##x", "No"), explanation{notFromUnpod, `returned status 200 with a body of type "text/# #x", which is not JSON.`, tryNotJSON}},
	"no content type":           {unpodtest.Body(418, "", canary), explanation{reported, "returned status 418, a body of an unknown type and no message.", tryNoMessage}},
	"206":                       {unpodtest.JSON(206, `{"message":"No"}`), explanation{reported, `returned status 206` + said(`No`), tryMessage}},
	"200 with status code 403 in its body": {unpodtest.JSON(200, `{"status_code":403,"message":"Not a member.","data":[]}`), explanation{
		denied, `returned HTTP status 200 with status_code 403 in its body` + said(`Not a member.`), tryHandle,
	}},
	"204": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, explanation{
		reported, "returned status 204, an empty body and no message.", tryNoMessage,
	}},
	"429 for a day":             {throttle("86400"), explanation{throttledText, `returned status 429` + said(`Wait.`) + "\n\nThe server asks to wait 24h0m0s.", tryNow}},
	"429 for more than 30 days": {throttle("99999999999999999999"), explanation{throttledText, `returned status 429` + said(`Wait.`) + "\n\nThe server asks to wait more than 30 days.", tryNow}},
	"429 in the body of a 200": {unpodtest.JSON(200, `{"message":"Slow down.","status_code":429}`), explanation{
		throttledText, `returned HTTP status 200 with status_code 429 in its body` + said(`Slow down.`), tryNow,
	}},
	"429 without wait": {unpodtest.JSON(429, `{"error":{"code":"`+canary+`","message":"Rate limit exceeded."}}`), explanation{
		throttledText, `returned status 429` + said(`Rate limit exceeded.`) + ` (error code "(redacted)")`, tryNow + ` To wait longer, raise max_retries "0" (from UNPOD_MAX_RETRIES).`,
	}},
	"429 for a minute":         {throttle("60"), explanation{throttledText, `returned status 429` + said(`Wait.`) + "\n\nThe server asks to wait 1m0s.", tryNow + ` To wait longer, raise max_retries "0" (from UNPOD_MAX_RETRIES).`}},
	"429 without message":      {unpodtest.HTML(429, ""), explanation{throttledText, "returned status 429, an empty body and no message.", tryNow + ` To wait longer, raise max_retries "0" (from UNPOD_MAX_RETRIES).`}},
	"503 in the body of a 200": {unpodtest.JSON(200, `{"status_code":503,"data":[]}`), explanation{failedText, `returned HTTP status 200 with status_code 503 in its body, a body of type "application/json" and no message.`, tryLater}},
	"408":                      {unpodtest.HTML(408, ""), explanation{failedText, "returned status 408, an empty body and no message.", tryLater}},
	"504":                      {unpodtest.HTML(504, canary), explanation{failedText, `returned status 504, a body of type "text/html" and no message.`, tryLater}},
	"text as id":               {unpodtest.JSON(200, `{"data":[{"id":1},{"id":"one","x":"`+canary+`"}]}`), explanation{oddShape, "returned status 200, but data[1].id is not a 64-bit integer.", tryShape}},
	"control character": {unpodtest.JSON(200, `{"data":[{"id":1},{"id":2,"account_sid":"AC\u001b[2J"}]}`), explanation{
		oddShape, "returned status 200, but data[1].account_sid contains a control character (U+001B).", "Remove this character from the configuration in Unpod.",
	}},
	"element of another organization": {unpodtest.JSON(200, `{"data":[{"id":1},{"id":2,"org_handle":"`+canary+`"}]}`), explanation{
		"Unpod listed another organization's configurations", "returned status 200, but data[1].org_handle is not the organization that was asked for.",
		`Check org_handle: for an unknown handle, some platforms list configurations that belong to no organization.`,
	}},
	"incomplete list": {unpodtest.JSON(200, `{"count":3,"data":[{"id":1},{"id":2,"`+canary+`":1}]}`), explanation{
		"Unpod's list is incomplete", "returned 2 elements of a list that should have 3.",
		"The list may have changed while it was read. Run Terraform again. If that does not help, report this error with the request ID at " + issuesURL + ".",
	}},
	// Terraform normalizes the Kelvin sign to the K of the token.
	"token in a field": {unpodtest.JSON(200, `{"data":[{"id":1,"account_sid":"AC`+strings.Replace(canary, "K", "\u212a", 1)+`"}]}`), explanation{
		"Unpod's response contains the API token", "returned status 200, but data[0].account_sid contains the API token.",
		"Check base_url: the Unpod API never returns the token. If this server is not an Unpod platform, replace the token.",
	}},
	"oversized body": {unpodtest.JSON(200, strings.Repeat(canary, 1<<20)), explanation{
		"Unpod's response is too large", "returned more than 16 MiB, the provider's limit.", "Check base_url: no organization has a list of this size.",
	}},
}

// said is what a server said, as messages quote it: on a line that Terraform does not
// wrap.
func said(text string) string { return ":\n\n    \"" + text + "\"" }

// throttle asks to wait for this long.
func throttle(seconds string) http.HandlerFunc {
	return unpodtest.Header("Retry-After", seconds, unpodtest.JSON(429, `{"message":"Wait."}`))
}

// TestErrors_responses checks the diagnostic for every kind of failing response.
func TestErrors_responses(t *testing.T) {
	t.Parallel()
	for name, test := range responses {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			local := startCanary(t)
			local.AnswerAlways(unpodtest.Header("X-Echo", canary, unpodtest.Header("Www-Authenticate", canary, test.answer)))
			testError(t, credentials(local, nil), test.want)
		})
	}
}

// TestErrors_noPath has a server that is not an Unpod platform: both paths are
// missing.
func TestErrors_noPath(t *testing.T) {
	t.Parallel()
	local := startCanary(t)
	local.AnswerAlways(unpodtest.HTML(404, canary))
	want := failedRead(credentials(local, nil), 1, explanation{
		notFound, `returned status 404, a body of type "text/html" and no message. Before that, ` + unpodtest.Path + " returned status 404.", tryNotFound,
	})
	want.detail = strings.Replace(want.detail, unpodtest.Path, unpodtest.OtherPath, 1)
	wantDiagnostics(t, readData(t, configured(t, credentials(local, nil)), listName, nil).Diagnostics, want)
}

// TestErrors_mistakenCredentials has credentials that the server rejects and whose form
// shows what is wrong. A handle that may be a token is not shown.
func TestErrors_mistakenCredentials(t *testing.T) {
	t.Parallel()
	local := startUnpod(t)
	for name, test := range map[string]struct{ token, handle, next string }{
		"swapped": {unpodtest.OrgHandle, strings.Repeat("0f1e2D3C", 5), "Check whether api_token and org_handle are swapped: org_handle has the form of an API token."},
		"a key":   {"sk_0123456789", unpodtest.OrgHandle, "Check api_token: it begins with sk_, so it is a key for another Unpod API. To create a new token, open API Keys in the Unpod dashboard."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			variables := credentials(local, map[string]string{"UNPOD_API_TOKEN": test.token, "UNPOD_ORG_HANDLE": test.handle})
			want := failedRead(variables, 1, explanation{rejected, `returned status 401` + said(`Invalid token.`), test.next})
			if name == "swapped" {
				want.detail = strings.Replace(want.detail, fmt.Sprintf(" %q", test.handle), "", 1)
			}
			wantDiagnostics(t, readData(t, configured(t, variables), listName, nil).Diagnostics, want)
		})
	}
}

// TestErrors_connection checks the diagnostics for failures without a response.
func TestErrors_connection(t *testing.T) {
	t.Parallel()
	const tryConnection = "Check base_url first. If it is right, check that the platform is up, then the network, DNS and proxy between this machine and the platform."
	proxy := startCanary(t)
	proxy.AnswerAlways(unpodtest.HTML(407, ""))
	local, tls := startCanary(t), unpodtest.StartTLS(t, unpodtest.New(canary, unpodtest.OrgHandle), canary+".example")
	local.AnswerAlways(unpodtest.Delay(time.Hour, unpodtest.HangUp))
	const closed = "127.0.0.1:1" // Nothing listens on this reserved port.
	host := strings.TrimPrefix(local.URL, "http://")
	for name, test := range map[string]struct {
		local     *unpodtest.Server
		variables map[string]string
		want      explanation
	}{
		"refused": {local, map[string]string{"UNPOD_BASE_URL": "http://" + closed}, explanation{
			"Unpod cannot be reached", `failed` + said("dial tcp "+closed+": connect: connection refused"), tryConnection,
		}},
		"unknown certificate authority": {tls, nil, explanation{
			untrusted, `failed` + said(`tls: failed to verify certificate: x509: certificate signed by unknown authority`),
			"Check base_url. If the platform's certificate is from a private CA, add that CA's certificate to ca_cert_pem (not set).",
		}},
		"certificate with the token as name": {
			tls, map[string]string{"UNPOD_BASE_URL": strings.Replace(tls.URL, "127.0.0.1", "localhost", 1), "UNPOD_CA_CERT_PEM": tls.CACertPEM}, explanation{
				untrusted, `failed` + said(`the certificate is for (redacted).example, 127.0.0.1, not for localhost`), "Check base_url: its host must be one that the certificate is for.",
			},
		},
		"plain HTTP": {local, map[string]string{"UNPOD_BASE_URL": "https://" + host}, explanation{
			untrusted, `failed` + said(`tls: first record does not look like a TLS handshake`),
			`The server does not speak TLS. If it speaks plain HTTP, set base_url to "http://` + host + `".`,
		}},
		"refusing proxy": {tls, map[string]string{"UNPOD_BASE_URL": "https://unpod.invalid", "HTTPS_PROXY": proxy.URL}, explanation{
			"The proxy failed", "failed, because the proxy returned status 407" + said("407 Proxy Authentication Required"),
			"Check the user name and the password in HTTPS_PROXY. The provider does not retry, because wrong passwords can lock the account.",
		}},
		"too slow": {local, map[string]string{"UNPOD_REQUEST_TIMEOUT": "50ms"}, explanation{
			"Unpod did not respond in time", "did not complete within 50ms.",
			`If the platform is slow, raise request_timeout "50ms" (from UNPOD_REQUEST_TIMEOUT). If it cannot be reached at all, check base_url and the network.`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testError(t, credentials(test.local, test.variables), test.want)
		})
	}
}

// testError reads the list, which must fail with exactly this error. The token must
// not be in any log, at any level.
func testError(t *testing.T, variables map[string]string, want explanation) {
	t.Helper()
	var log bytes.Buffer
	ctx := tfsdklogtest.RootLogger(tflogtest.RootLogger(t.Context(), &log), &log)
	resp, err := configured(t, variables).ReadDataSource(ctx, listRequest(t))
	if err != nil {
		t.Fatal(err)
	}
	wantDiagnostics(t, resp.Diagnostics, failedRead(variables, 1, want))
	wantHidden(t, log.String(), variables["UNPOD_API_TOKEN"])
	if !strings.Contains(log.String(), "Called the Unpod API") {
		t.Errorf("the log does not contain the call, so searching it proves nothing:\n%s", log.String())
	}
}

// failedRead returns the diagnostic of a read with these variables.
func failedRead(variables map[string]string, attempts int, why explanation) diagnostic {
	return diagnostic{summary: why.summary, detail: fmt.Sprintf("GET %s %s\n\n"+
		"Used base_url %q (from UNPOD_BASE_URL), org_handle %q (from UNPOD_ORG_HANDLE) and api_token (from UNPOD_API_TOKEN). Attempts: %d. Request ID: {id}.\n\n%s",
		unpodtest.Path, why.outcome, variables["UNPOD_BASE_URL"], variables["UNPOD_ORG_HANDLE"], attempts, why.next)}
}

// TestCallDiagnostic covers the errors that a test cannot provoke quickly with a
// server.
func TestCallDiagnostic(t *testing.T) {
	t.Parallel()
	used := settings{used: map[string]string{"base_url": "B", "org_handle": "O", "api_token": "T", "max_retries": "M"}}
	const tookTooLong = "Reading from Unpod took too long"
	const tryNormal = "Run Terraform again later: the platform responded too slowly."
	busy := &unpod.StatusError{HTTPStatus: 503, Status: 503, Message: "Busy."}
	late := func(last error) error { return &unpod.DeadlineError{After: 450 * time.Second, Last: last} }
	for name, test := range map[string]struct {
		err  error
		want explanation
	}{
		"canceled":              {context.Canceled, explanation{"Reading from Unpod was canceled", "was canceled, because Terraform was interrupted.", "Run Terraform again."}},
		"late, after a status":  {late(busy), explanation{tookTooLong, `did not complete within 7m30s. The last attempt returned status 503` + said("Busy."), tryNormal}},
		"late, after a timeout": {late(&unpod.TimeoutError{Timeout: time.Minute}), explanation{tookTooLong, "did not complete within 7m30s. The last attempt did not complete within 1m0s.", tryNormal}},
		"late, after a proxy":   {late(&unpod.ProxyError{Variable: "V", Err: busy}), explanation{tookTooLong, "did not complete within 7m30s. The last attempt failed, because the proxy returned status 503" + said("Busy."), tryNormal}},
		"late, no response yet": {late(nil), explanation{tookTooLong, "did not complete within 7m30s. The last request got no response.", tryNormal}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := callDiagnostic(&unpod.CallError{Path: "/", Attempts: 2, RequestID: "the-id", Err: test.err}, used)
			if want := "GET / " + test.want.outcome + "\n\nUsed B, O and T. Attempts: 2. Request ID: the-id.\n\n" + test.want.next; got.Summary() != test.want.summary || got.Detail() != want {
				t.Errorf("got %q: %q", got.Summary(), got.Detail())
			}
		})
	}
	if got := callDiagnostic(errors.New("something else"), used); got.Summary() != "Reading from Unpod failed" || got.Detail() != "something else" {
		t.Errorf("other error: got %q: %q", got.Summary(), got.Detail())
	}
	for _, err := range []error{context.Canceled, context.DeadlineExceeded} {
		if got := callDiagnostic(&unpod.CallError{Path: "/", Err: err}, used); got.Detail() != "GET / was canceled, because Terraform was interrupted.\n\nUsed B, O and T.\n\nRun Terraform again." {
			t.Errorf("%v before the first request: got %q", err, got.Detail())
		}
	}
	busyForAnHour := &unpod.StatusError{HTTPStatus: 429, Status: 429, Message: "Wait.", RetryAfter: time.Hour}
	want := "GET / was not sent, because an earlier request returned status 429" + said("Wait.") + "\n\nThe server asks to wait 1h0m0s.\n\nUsed B, O and T.\n\n" + tryNow
	if got := callDiagnostic(&unpod.CallError{Path: "/", Err: busyForAnHour}, used); got.Detail() != want {
		t.Errorf("throttled: got %q, want %q", got.Detail(), want)
	}
}

// TestCallDiagnostic_causes covers what to try first for each cause of a connection
// that failed, for a platform on this machine and elsewhere.
func TestCallDiagnostic_causes(t *testing.T) {
	t.Parallel()
	const slow = "If the platform is slow, raise R. If it cannot be reached at all, check base_url and the network."
	const silent = slow + " The server accepted the connection but sent nothing. It may not use TLS. If it speaks plain HTTP, "
	const setHTTP = `set base_url to "http://[::1]:3001/prefix".`
	settingsFor := func(host string) settings {
		return settings{
			options: unpod.Options{BaseURL: &url.URL{Scheme: "https", Host: host, Path: "/prefix/"}},
			used:    map[string]string{"request_timeout": "R", "ca_cert_pem": "C"},
		}
	}
	untrustedBy := func(cause unpod.TLSCause) error { return &unpod.TLSError{Cause: cause} }
	proxy := func(err error) error { return &unpod.ProxyError{Variable: "V", Err: err} }
	status := func(code int) error { return proxy(&unpod.StatusError{HTTPStatus: code, Status: code}) }
	const checkProxy = "Check V, then the proxy, and the network between this machine and the proxy."
	for name, test := range map[string]struct {
		err             error
		elsewhere, here string // here is empty if it is the same
	}{
		"unknown authority":  {untrustedBy(unpod.TLSUnknownAuthority), "Check base_url. If the platform's certificate is from a private CA, add that CA's certificate to C.", ""},
		"expired":            {untrustedBy(unpod.TLSExpired), "Check the clock of this machine. If it is right, ask the platform's administrator to renew the certificate.", ""},
		"other name":         {untrustedBy(unpod.TLSOtherName), "Check base_url: its host must be one that the certificate is for.", ""},
		"no name":            {untrustedBy(unpod.TLSNoName), "Ask the platform's administrator to reissue the certificate with a subject alternative name.", ""},
		"other certificate":  {untrustedBy(unpod.TLSCertificate), "Send the reason to the platform's administrator: the platform's certificate, or a CA's, is not valid.", ""},
		"client certificate": {untrustedBy(unpod.TLSClientCertificate), "The server, or a proxy in front of it, asks for a client certificate, which this provider does not support. Use an address that needs none.", ""},
		"old version":        {untrustedBy(unpod.TLSVersion), "Ask the platform's administrator to enable TLS 1.2 or later.", ""},
		"other":              {untrustedBy(unpod.TLSOther), "Check base_url, and whether something between this machine and the platform intercepts TLS.", ""},
		"plain HTTP": {
			untrustedBy(unpod.TLSPlainHTTP),
			"The server does not speak TLS. Check base_url. Do not use http://: anyone on the network path could read the API token. Someone may be intercepting this connection.",
			"The server does not speak TLS. If it speaks plain HTTP, " + setHTTP,
		},
		"timeout":                  {&unpod.TimeoutError{}, slow, ""},
		"silent":                   {&unpod.TimeoutError{Silent: true}, silent + "it must be set up for TLS.", silent + setHTTP},
		"invalid variable":         {proxy(nil), "Set V to a URL such as http://proxy.example:3128. To connect without a proxy, unset it, or add the platform's host to NO_PROXY.", ""},
		"proxy is down":            {proxy(&unpod.ConnectionError{}), checkProxy, ""},
		"proxy's status":           {status(500), "Check base_url: a proxy returns this status if it cannot reach the host. Then check V.", ""},
		"proxy refuses":            {&unpod.ProxyError{Variable: "V", Refused: true, Err: &unpod.ConnectionError{}}, "Check the user name and the password in V, and whether the proxy allows this connection. The provider does not retry, because wrong passwords can lock the account.", ""},
		"proxy is silent":          {proxy(&unpod.TimeoutError{Silent: true}), "Check V: the proxy may not speak TLS. If so, write http:// instead of https:// there.", ""},
		"proxy is slow":            {proxy(&unpod.TimeoutError{}), checkProxy, ""},
		"proxy in plain HTTP":      {proxy(untrustedBy(unpod.TLSPlainHTTP)), "The proxy does not speak TLS. Write http:// instead of https:// in V.", ""},
		"proxy with a private CA":  {proxy(untrustedBy(unpod.TLSUnknownAuthority)), "Check V. If the proxy's certificate is from a private CA, add that CA's certificate to ca_cert_pem.", ""},
		"proxy, other certificate": {proxy(untrustedBy(unpod.TLSOtherName)), checkProxy, ""},
		"proxy, 407":               {status(407), "Check the user name and the password in V. The provider does not retry, because wrong passwords can lock the account.", ""},
		"proxy, 511":               {status(511), "Sign in to the network of the proxy in V.", ""},
		"proxy, 403":               {status(403), "The proxy in V does not allow this connection. Ask its administrator, or add the platform's host to NO_PROXY.", ""},
		"proxy, 502":               {status(502), "Check base_url: a proxy returns this status if it cannot reach the host. Then check V.", ""},
	} {
		if test.here == "" {
			test.here = test.elsewhere
		}
		for host, want := range map[string]string{"unpod.example": test.elsewhere, "[::1]:3001": test.here} {
			s := settingsFor(host)
			if got := explain(test.err, s); got.next != want || s.options.BaseURL.Scheme != "https" {
				t.Errorf("%s, %s: got %q, want %q", name, host, got.next, want)
			}
		}
	}
}

func TestCallDiagnostic_outcomes(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"failed at the proxy" + said("No."):                                   &unpod.ProxyError{Err: &unpod.ConnectionError{Reason: "No."}},
		"failed, because V is not the URL of a proxy.":                        &unpod.ProxyError{Variable: "V"},
		"returned status 301, a redirect to an address without a valid host.": &unpod.RedirectError{HTTPStatus: 301},
	} {
		if got := explain(err, settings{}).outcome; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
