// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestSanitize_findsSecretsAfterNormalization has a server write a letter of the
// proxy's password as two characters, which normalization joins.
func TestSanitize_findsSecretsAfterNormalization(t *testing.T) {
	t.Parallel()
	secrets := newRedactor(testOptions(t, "https://unpod.example").Token, &url.URL{User: url.UserPassword("user", "caf\u00e9")})
	if got := secrets.sanitize("cafe\u0301 is wrong"); got != redacted+" is wrong" {
		t.Errorf("got %q", got)
	}
}

func TestSanitize(t *testing.T) {
	t.Parallel()
	client := fakeClient(t, nil)
	half := len(canary) / 2
	for name, test := range map[string]struct{ text, want string }{
		"unchanged":              {"Invalid token.", "Invalid token."},
		"non-Latin scripts":      {"Ungültig: 無効です", "Ungültig: 無効です"},
		"empty":                  {"", ""},
		"surrounding whitespace": {" \t\r\nNo.\n\n", "No."},
		"line breaks":            {"One.\nTwo.\r\nThree.\u2028Four.\u2029Five.\u0085Six.", "One. Two.  Three. Four. Five. Six."},
		"control characters":     {"a\x00b\x07c\x08d\x7fe\u0080f", "abcdef"},
		"colors":                 {"\x1b[31mred\x1b[0m", "[31mred[0m"},
		"window title":           {"\x1b]0;title\x07text", "]0;titletext"},
		"eight-bit escape":       {"\u009b31mred", "31mred"},
		"bidi overrides":         {"\u202eevil\u202c \u2066x\u2069\u200f", "evil x"},
		"zero width":             {"a\u200bb\u200dc\ufeffd\u00ade", "abcde"},
		"tags and private use":   {"a\U000e0041b\ue000c", "abc"},
		"invalid UTF-8":          {"a\xffb\xc3", "ab"},
		"token":                  {"Token " + canary + " is invalid: " + canary, "Token " + redacted + " is invalid: " + redacted},
		"token in a word":        {"x" + canary + "y", "x" + redacted + "y"},
		"token with escapes":     {canary[:half] + "\x1b\x00" + canary[half:], redacted},
		"token with zero width":  {canary[:half] + "\u200b" + canary[half:], redacted},
		"token with bad UTF-8":   {canary[:half] + "\xff" + canary[half:], redacted},
		"token in the token":     {canary[:half] + canary + canary[half:], canary[:half] + redacted + canary[half:]},
		"token at the limit":     {strings.Repeat("a", 495) + canary, strings.Repeat("a", 495) + "(reda…"},
		"at the limit":           {strings.Repeat("ä", 500), strings.Repeat("ä", 500)},
		"over the limit":         {strings.Repeat("ä", 501), strings.Repeat("ä", 500) + "…"},
		"very long":              {strings.Repeat("無", 1<<20), strings.Repeat("無", 500) + "…"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := client.requester().secrets.sanitize(test.text); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestErrorTexts(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		`status 403: "No \"entry\"."`:                            &StatusError{HTTPStatus: 200, Status: 403, Message: `No "entry".`},
		`status 302: redirect to "https://other.example"`:        &RedirectError{302, "https://other.example"},
		`the body is not JSON but "text/html"`:                   &NotJSONError{BodyType{MediaType: "text/html"}},
		`data[3] has no id`:                                      &ShapeError{"data[3]", withoutID},
		`data[3].provider contains the API token`:                &TokenReturnedError{"data[3].provider"},
		`received 10 of 12 elements`:                             &IncompleteError{10, 12},
		`more than 16 MiB`:                                       &TooLargeError{"16 MiB"},
		`not complete within 1m30s`:                              &TimeoutError{90 * time.Second},
		`not complete after 7m30s, last: not complete within 5s`: &DeadlineError{450 * time.Second, &TimeoutError{5 * time.Second}},
		`x509: certificate signed by unknown authority`:          &TLSError{Reason: "x509: certificate signed by unknown authority"},
		`dial tcp 127.0.0.1:1: connection refused`:               &ConnectionError{"dial tcp 127.0.0.1:1: connection refused"},
		`GET /api/: more than 1000 pages`:                        &CallError{Path: "/api/", Err: &TooLargeError{"1000 pages"}},
		`reading: GET /api/: context canceled`:                   fmt.Errorf("reading: %w", &CallError{Path: "/api/", Err: context.Canceled}),
	} {
		if got := err.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestCallError(t *testing.T) {
	t.Parallel()
	for baseURL, want := range map[string]string{
		"https://unpod.example":               unpodtest.Path,
		"https://unpod.example:8443/a%2Fb/c/": "/a/b/c" + unpodtest.Path,
	} {
		client := fakeClient(t, serve(unpodtest.HTML(404, "")), func(options *Options) { options.BaseURL = testOptions(t, baseURL).BaseURL })
		failed := wantFailure(t, client, &StatusError{HTTPStatus: 404, Status: 404, BodyType: BodyType{true, "text/html"}})
		if failed.Path != want || failed.RequestID == "" {
			t.Errorf("got %+v, want %s and a request ID", failed, want)
		}
		if want := "GET " + want + `: status 404: ""`; failed.Error() != want {
			t.Errorf("got text %q, want %q", failed, want)
		}
	}
}

// echo repeats the token everywhere a server can put it.
func echo(status int, body string) http.HandlerFunc {
	answer := unpodtest.Body(status, "text/"+canary, strings.ReplaceAll(body, "TOKEN", canary))
	for _, name := range []string{"Authorization", "Set-Cookie", "Retry-After", "Www-Authenticate", "X-Request-Id"} {
		answer = unpodtest.Header(name, "Token "+canary, answer)
	}
	return answer
}

var echoTests = map[string]http.RoundTripper{
	"status":                     serve(echo(401, `{"message":"Invalid token TOKEN.","status_code":401}`)),
	"status inside":              serve(echo(200, `{"message":"Invalid token TOKEN.","status_code":401}`)),
	"server error":               serve(echo(500, `{"message":"TOKEN","TOKEN":"TOKEN"}`)),
	"throttled":                  serve(echo(429, `{"message":"TOKEN"}`)),
	"long message":               serve(echo(400, `{"message":"`+strings.Repeat("a", 490)+`TOKEN"}`)),
	"split message":              serve(echo(400, `{"message":"`+canary[:9]+`\u001b`+canary[9:]+`"}`)),
	"not JSON":                   serve(echo(200, `<h1>TOKEN</h1>`)),
	"broken JSON":                serve(unpodtest.JSON(200, `{"data":"`+canary)),
	"shape":                      serve(echo(200, `{"data":[{"id":"TOKEN"}]}`)),
	"field":                      serve(echo(200, `{"data":[{"id":1,"provider":{"TOKEN":"TOKEN"}}]}`)),
	"list":                       serve(echo(200, `{"data":[{"id":1,"provider":"TOKEN"}]}`)),
	"incomplete":                 serve(echo(200, `{"count":2,"message":"TOKEN","data":[]}`)),
	"redirect to host":           serve(unpodtest.Redirect(302, "https://"+canary+".example/")),
	"redirect to path":           serve(unpodtest.Redirect(302, "https://other.example/?token="+canary)),
	"redirect to user":           serve(unpodtest.Redirect(302, "https://user:"+canary+"@other.example/")),
	"redirect to an invalid URL": serve(unpodtest.Redirect(302, "https://%zz"+canary)),
	"timeout":                    serve(unpodtest.Delay(time.Hour, echo(200, ""))),
	"connection":                 failWith(errors.New("malformed HTTP status code \"" + canary + "\"")),
	"connection, long":           failWith(errors.New(strings.Repeat("a", 490) + canary)),
	"alert":                      failWith(operation("remote error", errors.New(canary))),
	"connection closed":          failWith(io.EOF),
}

func failWith(err error) roundTripper {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// TestErrors_neverShowTheToken goes through every type of error, from a server
// that repeats the token.
func TestErrors_neverShowTheToken(t *testing.T) {
	t.Parallel()
	for name, transport := range echoTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := fakeClient(t, transport, retries(1), timeout(time.Second))
				configurations, err := client.ProviderConfigurations(t.Context())
				var failed *CallError
				if !errors.As(err, &failed) || configurations != nil {
					t.Fatalf("got %v and error %v, want a *CallError", ids(configurations), err)
				}
				for _, format := range []string{"%v", "%+v", "%#v", "%q"} {
					wantNoCanary(t, fmt.Sprintf(format, *failed))
					wantNoCanary(t, fmt.Sprintf(format, failed.Err))
				}
				for part := 8; part <= len(canary); part += 8 {
					if strings.Contains(failed.Error(), canary[part-8:part]) {
						t.Errorf("part of the token leaked: %s", failed)
					}
				}
			})
		})
	}
}
