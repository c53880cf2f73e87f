// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

func TestRun_printsWorkingRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-address", "127.0.0.1:0"}, writer) }()

	response, err := new(http.Client).Do(requestOf(t, readIntroduction(t, reader)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var body struct {
		Data []unpodtest.Configuration `json:"data"`
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		t.Error(err)
	}
	if response.StatusCode != http.StatusOK || len(body.Data) != len(unpodtest.Documented()) {
		t.Errorf("got status %d with %d configurations, want 200 with all of them", response.StatusCode, len(body.Data))
	}

	cancel()
	if err := <-ended; err != nil {
		t.Errorf("got error %v after an interrupt, want none", err)
	}
}

func TestIntroduce_documentedAddress(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	if err := introduce(&stdout, "http://"+documentedAddress, &options{organizations: []string{unpodtest.OrgHandle}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"listening on http://127.0.0.1:3001\n",
		"  curl --request GET \\\n    --url http://localhost:3001" + unpodtest.Path + " \\\n",
		"    --header 'Authorization: Token " + unpodtest.Token + "' \\\n    --header 'Org-Handle: " + unpodtest.OrgHandle + "'\n",
		"export UNPOD_BASE_URL=http://127.0.0.1:3001\n",
		"export UNPOD_API_TOKEN=" + unpodtest.Token + "\n",
		"export UNPOD_ORG_HANDLE=" + unpodtest.OrgHandle + "\n",
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("missing %q in:\n%s", want, &stdout)
		}
	}
}

func TestRun_portInUse(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	taken, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	err = run(t.Context(), []string{"-address", taken.Addr().String()}, io.Discard)
	if err == nil {
		t.Fatal("got no error for a port in use, want one")
	}
	for _, want := range []string{taken.Addr().String(), "make api ADDRESS=127.0.0.1:3002"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in the error: %v", want, err)
		}
	}
}

func TestRun_arguments(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &stdout); err != nil || !strings.Contains(stdout.String(), "-address") {
		t.Errorf("got error %v and output %q for -h, want the flags", err, &stdout)
	}
	if err := run(t.Context(), []string{"-port", "1"}, io.Discard); err == nil {
		t.Error("got no error for an unknown flag, want one")
	}
	for _, wrong := range []string{
		"127.0.0.1:0", "-errors=xml", "-rate-limit=3", "-rate-limit=0/1s", "-rate-limit=3/-1s", "-org=", "-org=a,a",
	} {
		if err := run(t.Context(), []string{wrong}, io.Discard); err == nil {
			t.Errorf("got no error for %s, want one", wrong)
		}
	}
}

func TestOptions_configureAPI(t *testing.T) {
	t.Parallel()
	const both = "-org=a,b"
	for name, test := range map[string]struct {
		args       []string
		handle     string
		wantStatus []int
		wantHeader string
		wantBody   string // part of the last body
	}{
		"first organization":   {[]string{both}, "a", []int{200}, "", `"id":42`},
		"second organization":  {[]string{both}, "b", []int{200}, "", `"id":142`},
		"repeated":             {[]string{"-org", "a", "-org", "b"}, "b", []int{200}, "", `"account_sid":"MAyyyyyyyyyyyyyyyyyyyyyyy-2"`},
		"unknown organization": {[]string{both}, unpodtest.OrgHandle, []int{403}, "", `"message":"Invalid`},
		"older":                {[]string{"-older"}, unpodtest.OrgHandle, []int{200}, "", unpodtest.APISecret},
		"errors":               {[]string{"-errors=detail"}, "x", []int{403}, "", `{"detail":`},
		"expired":              {[]string{"-expired", "-errors=error"}, unpodtest.OrgHandle, []int{403}, "", `"message":"Token has expired."`},
		"rate limit":           {[]string{"-rate-limit=1/1h"}, unpodtest.OrgHandle, []int{200, 429}, "Retry-After", "throttled"},
		"reset only":           {[]string{"-rate-limit=1/1h", "-reset-only"}, unpodtest.OrgHandle, []int{200, 429}, "X-RateLimit-Reset", "throttled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			options, err := parseOptions(test.args, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			api := options.api()
			var got *httptest.ResponseRecorder
			for _, want := range test.wantStatus {
				request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, unpodtest.Path, http.NoBody)
				request.Header.Set("Authorization", "Token "+unpodtest.Token)
				request.Header.Set("Org-Handle", test.handle)
				got = httptest.NewRecorder()
				api.ServeHTTP(got, request)
				if got.Code != want {
					t.Errorf("got status %d, want %d", got.Code, want)
				}
			}
			if body := got.Body.String(); !strings.Contains(body, test.wantBody) {
				t.Errorf("got body %s, want it to have %s", body, test.wantBody)
			}
			if test.wantHeader != "" && got.Header().Get(test.wantHeader) == "" {
				t.Errorf("got headers %v, want %s among them", got.Header(), test.wantHeader)
			}
		})
	}
}

func TestIntroduce_settings(t *testing.T) {
	t.Parallel()
	parsed, err := parseOptions([]string{"-org=a,b", "-older", "-errors=error", "-expired", "-rate-limit=3/10s", "-reset-only"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	if err := introduce(&stdout, "http://"+documentedAddress, parsed); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"org handle  a, b\n", "UNPOD_ORG_HANDLE=a\n", "older platform", `form "error"`, "token has expired", "3 requests in 10s", "X-RateLimit-Reset",
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("missing %q in:\n%s", want, &stdout)
		}
	}
}

// readIntroduction reads until the last line that run prints.
func readIntroduction(t *testing.T, stdout io.Reader) string {
	t.Helper()
	var text strings.Builder
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		text.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "UNPOD_ORG_HANDLE") {
			return text.String()
		}
	}
	t.Fatalf("run() ended early: %v\n%s", lines.Err(), &text)
	return ""
}

// requestOf returns the request of the printed cURL command.
func requestOf(t *testing.T, introduction string) *http.Request {
	t.Helper()
	option := func(pattern string) [][]string {
		return regexp.MustCompile(pattern).FindAllStringSubmatch(introduction, -1)
	}
	method, target := option(`curl --request (\w+) \\`), option(`--url (\S+) \\`)
	headers := option(`--header '([^:]+): ([^']+)'`)
	if len(method) != 1 || len(target) != 1 || len(headers) != 2 {
		t.Fatalf("no cURL command in:\n%s", introduction)
	}
	request, err := http.NewRequestWithContext(t.Context(), method[0][1], target[0][1], http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for _, header := range headers {
		request.Header.Set(header[1], header[2])
	}
	return request
}
