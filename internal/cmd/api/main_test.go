// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// curlCommand matches the printed command.
var curlCommand = regexp.MustCompile(`curl --request GET \\\n +--url (\S+) \\\n +--header '([^:]+): ([^']+)' \\\n +--header '([^:]+): ([^']+)'\n`)

func TestRun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-address", "127.0.0.1:0"}, writer) }()
	time.AfterFunc(time.Minute, func() { _ = writer.Close() }) // The test fails instead of hanging.
	var text string
	for lines := bufio.NewScanner(reader); !strings.Contains(text, "UNPOD_ORG_HANDLE=") && lines.Scan(); {
		text += lines.Text() + "\n"
	}
	match := curlCommand.FindStringSubmatch(text)
	if match == nil {
		t.Fatalf("no cURL command in:\n%s", text)
	}
	if status := send(t, match); status != http.StatusOK {
		t.Errorf("got status %d, want 200", status)
	}
	address := strings.TrimSuffix(strings.TrimPrefix(match[1], "http://"), unpodtest.Path)
	if err := run(ctx, []string{"-address", address}, io.Discard); err == nil || !strings.Contains(err.Error(), address) || !strings.Contains(err.Error(), "make api ADDRESS=") {
		t.Errorf("got error %v for a port in use, want one that suggests another address", err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("got error %v after an interrupt, want none", err)
	}
}

// send sends the request of a cURL command and returns the response's status.
func send(t *testing.T, command []string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, command[1], http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set(command[2], command[3])
	request.Header.Set(command[4], command[5])
	response, err := new(http.Client).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}
	return response.StatusCode
}

func TestParseOptions_wrong(t *testing.T) {
	t.Parallel()
	var help bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &help); err != nil || !strings.Contains(help.String(), "-address") {
		t.Errorf("got error %v and output %q for -h, want the flags", err, &help)
	}
	for _, wrong := range []string{
		"-port", "127.0.0.1:0", "-errors=xml", "-rate-limit=3", "-rate-limit=0/1s", "-rate-limit=3/-1s", "-org=", "-org=a,a",
	} {
		if _, err := parseOptions([]string{wrong}, io.Discard); err == nil {
			t.Errorf("got no error for %s, want one", wrong)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	const exports = "\n  export UNPOD_BASE_URL=http://unpod.example\n  export UNPOD_API_TOKEN=" + unpodtest.Token + "\n  export UNPOD_ORG_HANDLE=" + unpodtest.OrgHandle + "\n"
	for name, test := range map[string]struct {
		args, handle string
		wantStatus   int
		wantBody     string // part of it
		wantText     string // part of the introduction
	}{
		"default":              {"", unpodtest.OrgHandle, 200, `"id":42`, exports},
		"first organization":   {"-org=a,b", "a", 200, `"id":42`, "org handle  a, b\n"},
		"second organization":  {"-org=a,b", "b", 200, `"id":142`, "UNPOD_ORG_HANDLE=a\n"},
		"repeated":             {"-org a -org b", "b", 200, `"account_sid":"MAyyyyyyyyyyyyyyyyyyyyyyy-2"`, "org handle  a, b\n"},
		"unknown organization": {"-org=a", unpodtest.OrgHandle, 403, `"message":"Invalid`, "org handle  a\n"},
		"same provider":        {"-same-provider", unpodtest.OrgHandle, 200, `"id":44,"provider":"twilio"`, "a second configuration at twilio"},
		"public code":          {"-public-code", unpodtest.OrgHandle, 200, unpodtest.APISecret, "It acts as the code that was public"},
		"errors":               {"-errors=detail", "x", 403, `{"detail":`, `have the form "detail"`},
		"expired":              {"-expired -errors=error", unpodtest.OrgHandle, 403, `{"error":{"code":"token_expired",`, "Its token has expired."},
		"rate limit":           {"-rate-limit=1/1h", unpodtest.OrgHandle, 429, "throttled", "It allows 1 request in 1h0m0s, "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parsed, err := parseOptions(strings.Fields(test.args), io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			var text bytes.Buffer
			if err := introduce(&text, "http://unpod.example", parsed); err != nil || !strings.Contains(text.String(), test.wantText) {
				t.Errorf("got error %v, want %q in:\n%s", err, test.wantText, &text)
			}
			api := parsed.api()
			var got *httptest.ResponseRecorder
			for range 2 { // The second request is above the limit.
				request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, parsed.settings.ListPath(), http.NoBody)
				request.Header.Set("Authorization", "Token "+unpodtest.Token)
				request.Header.Set("Org-Handle", test.handle)
				got = httptest.NewRecorder()
				api.ServeHTTP(got, request)
			}
			if got.Code != test.wantStatus || !strings.Contains(got.Body.String(), test.wantBody) {
				t.Errorf("got status %d and %s, want %d and %q", got.Code, got.Body, test.wantStatus, test.wantBody)
			}
		})
	}
}
