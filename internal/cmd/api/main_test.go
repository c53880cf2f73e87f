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
	"regexp"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

func TestPrintedRequestWorks(t *testing.T) {
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
		t.Errorf("status %d with %d configurations", response.StatusCode, len(body.Data))
	}

	cancel()
	if err := <-ended; err != nil {
		t.Errorf("run() = %v after an interrupt, want nil", err)
	}
}

func TestIntroductionAtTheDocumentedAddress(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	if err := introduce(&stdout, "http://"+documentedAddress); err != nil {
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

func TestTakenPort(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	taken, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	err = run(t.Context(), []string{"-address", taken.Addr().String()}, io.Discard)
	if err == nil {
		t.Fatal("run() listens on a port that is taken")
	}
	for _, want := range []string{taken.Addr().String(), "make api ADDRESS=127.0.0.1:3002"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not mention %q: %v", want, err)
		}
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	var stdout bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, &stdout); err != nil || !strings.Contains(stdout.String(), "-address") {
		t.Errorf("-h: %v, %q", err, &stdout)
	}
	if err := run(t.Context(), []string{"-port", "1"}, io.Discard); err == nil {
		t.Error("an argument that is not known is taken")
	}
	if err := run(t.Context(), []string{"127.0.0.1:0"}, io.Discard); err == nil {
		t.Error("an address without -address is silently dropped")
	}
}

// readIntroduction reads up to the last line that run prints.
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

// requestOf makes the request that the printed cURL line would make.
func requestOf(t *testing.T, introduction string) *http.Request {
	t.Helper()
	option := func(pattern string) [][]string {
		return regexp.MustCompile(pattern).FindAllStringSubmatch(introduction, -1)
	}
	method, target := option(`curl --request (\w+) \\`), option(`--url (\S+) \\`)
	headers := option(`--header '([^:]+): ([^']+)'`)
	if len(method) != 1 || len(target) != 1 || len(headers) != 2 {
		t.Fatalf("no cURL line in:\n%s", introduction)
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
