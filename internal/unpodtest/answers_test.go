// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestThrottled(t *testing.T) {
	t.Parallel()
	got := ask(t, Throttled("86400"), http.MethodGet, Path, "", "")
	wantAnswer(t, got, 429, "application/json",
		`{"message":"Request was throttled. Expected available in 86400 seconds.","status_code":429}`)
	if after := got.Header().Get("Retry-After"); after != "86400" {
		t.Errorf("got Retry-After %q, want 86400", after)
	}
}

func TestErrors_documentedForms(t *testing.T) {
	t.Parallel()
	problems := map[string][]string{"org": {"This field is required."}}
	for want, answer := range map[string]http.HandlerFunc{
		`{"message":"No.","status_code":418}`:     Message(418, "No."),
		`{"error":{"code":"no","message":"No."}}`: ErrorObject(418, "no", "No."),
		`{"error":"No."}`:                         ErrorText(418, "No."),
		`{"detail":"No."}`:                        Detail(418, "No."),
		`{"status_code":418,"message":"No.","data":{},"errors":{"org":["This field is required."]}}`: FieldErrors(418, "No.", problems),
		`{"org":["This field is required."]}`:                                                        PlainFieldErrors(418, problems),
	} {
		wantAnswer(t, ask(t, answer, http.MethodGet, Path, "", ""), 418, "application/json", want)
	}
	wantAnswer(t, ask(t, OrgHandleRequired(), http.MethodGet, Path, "", ""), 400, "application/json",
		`{"status_code":400,"message":"Org-Handle header is required."}`)
}

func TestRateLimited(t *testing.T) {
	t.Parallel()
	got := ask(t, Header("Retry-After", "60", RateLimited(time.Unix(1_800_000_000, 1))), http.MethodGet, Path, "", "")
	wantAnswer(t, got, 429, "application/json", `{"error":{"code":"rate_limit_exceeded","message":"Rate limit exceeded."}}`)
	wantHeader(t, got, map[string]string{
		"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000001", "Retry-After": "60",
	})
}

// wantHeader checks headers. An empty one must be missing.
func wantHeader(t *testing.T, got *httptest.ResponseRecorder, want map[string]string) {
	t.Helper()
	for name, value := range want {
		if got := got.Header().Get(name); got != value {
			t.Errorf("got %s %q, want %q", name, got, value)
		}
	}
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	got := ask(t, Redirect(http.StatusFound, "https://other.example/"), http.MethodGet, Path, "", "")
	if location := got.Header().Get("Location"); got.Code != http.StatusFound || location != "https://other.example/" {
		t.Errorf("got status %d and location %q, want 302 and https://other.example/", got.Code, location)
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		wantAnswer(t, ask(t, Delay(time.Minute, JSON(200, "{}")), http.MethodGet, Path, "", ""), 200, "application/json", "{}")
		if took := time.Since(started); took != time.Minute {
			t.Errorf("got the answer after %s, want 1m", took)
		}
	})
}

// start starts a server that always gives this response.
func start(t *testing.T, answer http.HandlerFunc) *Server {
	t.Helper()
	server := Start(t, New(Token, OrgHandle))
	server.AnswerAlways(answer)
	return server
}

// get sends a request to a server that always gives this response.
func get(ctx context.Context, t *testing.T, answer http.HandlerFunc) (*http.Response, error) {
	t.Helper()
	server := start(t, answer) //nolint:contextcheck // The server outlives the request.
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+Path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	t.Cleanup(client.CloseIdleConnections)
	return client.Do(request)
}

func TestBreakOff(t *testing.T) {
	t.Parallel()
	response, err := get(t.Context(), t, BreakOff("0123456789"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // It was read completely.
	body, err := io.ReadAll(response.Body)
	if string(body) != "01234" || !errors.Is(err, io.ErrUnexpectedEOF) || response.ContentLength != 10 {
		t.Errorf("got %q of %d bytes and error %v, want 5 of 10 bytes and an unexpected EOF", body, response.ContentLength, err)
	}
}

func TestHangUp(t *testing.T) {
	t.Parallel()
	response, err := get(t.Context(), t, HangUp)
	if err == nil {
		_ = response.Body.Close() // The test has failed.
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("got error %v, want EOF", err)
	}
}

func TestDrip(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	response, err := get(ctx, t, Drip(time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // It is endless.
	if _, err := io.ReadFull(response.Body, make([]byte, 5)); err != nil {
		t.Errorf("got error %v, want more of the body", err)
	}
	cancel()
	if _, err := io.ReadAll(response.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want the body to end only when the client cancels", err)
	}
}

func TestUnasked(t *testing.T) {
	t.Parallel()
	server := start(t, Unasked("{}", "more"))
	connection, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }() // Nothing more is read.
	if _, err := io.WriteString(connection, "GET / HTTP/1.1\r\nHost: unpod.example\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	want := "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}more"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(connection, got); err != nil || string(got) != want {
		t.Errorf("got %q and error %v, want %q", got, err, want)
	}
}
