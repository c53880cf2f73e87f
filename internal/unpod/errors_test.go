// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"fmt"
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
		`data[3].provider contains the API token`:                &ShapeError{"data[3].provider", TokenReturned},
		`received 10 of 12 elements`:                             &IncompleteError{10, 12},
		`more than 16 MiB`:                                       &TooLargeError{"16 MiB"},
		`not complete within 1m30s`:                              &TimeoutError{Timeout: 90 * time.Second},
		`not complete after 7m30s, last: not complete within 5s`: &DeadlineError{450 * time.Second, &TimeoutError{Timeout: 5 * time.Second}},
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
	client := fakeClient(t, serve(unpodtest.HTML(410, "")), func(o *Options) { o.BaseURL = testOptions(t, "https://unpod.example:8443/a%2Fb/c/").BaseURL })
	_, err := client.ProviderConfigurations(t.Context())
	wantErrorText(t, err, "GET /a/b/c"+unpodtest.Path+`: status 410: ""`)
}
