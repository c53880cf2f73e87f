// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

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

func TestCallError_pathHasPrefix(t *testing.T) {
	t.Parallel()
	client := fakeClient(t, serve(unpodtest.HTML(404, "")), func(o *Options) { o.BaseURL = testOptions(t, "https://unpod.example:8443/a%2Fb/c/").BaseURL })
	_, err := client.ProviderConfigurations(t.Context())
	wantErrorText(t, err, "GET /a/b/c"+unpodtest.Path+`: status 404: ""`)
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
	"alert":                      failWith(opError("remote error", errors.New(canary))),
	"connection closed":          failWith(io.EOF),
}

// TestErrors_neverShowTheToken goes through every type of error, from a server
// that repeats the token.
func TestErrors_neverShowTheToken(t *testing.T) {
	t.Parallel()
	for name, transport := range echoTests {
		bubble(t, name, func(t *testing.T) {
			client := fakeClient(t, transport, retries(1), timeoutAfter(time.Second))
			all, err := client.ProviderConfigurations(t.Context())
			var failed *CallError
			if !errors.As(err, &failed) || all != nil {
				t.Fatalf("got %v and error %v, want a *CallError", ids(all), err)
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
	}
}
