// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

//nolint:paralleltest // It sets environment variables.
func TestDemo(t *testing.T) {
	tmp := t.TempDir()
	for _, name := range []string{"TMPDIR", "TEMP", "TMP"} {
		t.Setenv(name, tmp)
	}
	var stdout, stderr bytes.Buffer
	if err := run(t.Context(), &stdout, &stderr); errors.Is(err, errTooOld) {
		t.Skip(err)
	} else if err != nil {
		t.Fatalf("%v\n%s%s", err, &stdout, &stderr)
	}
	for _, want := range []string{
		" init\n", " plan -out=tfplan\n", " apply tfplan\n",
		"ID    PROVIDER    ACCOUNT SID                         CREATED AT\n",
		"42    twilio      ACxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx  2026-02-07T10:00:00Z\n",
		"43    plivo       MAyyyyyyyyyyyyyyyyyyyyyyy           2026-02-10T09:00:00Z\n",
		"\nsupport-line uses provider configuration 42\n",
		"\nThat was the real CLI ",
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("missing %q in:\n%s", want, &stdout)
		}
	}
	if strings.Contains(stdout.String(), "\x1b") {
		t.Error("the output has colors, though it goes to no terminal")
	}
	if strings.Contains(stdout.String(), unpodtest.Token) {
		t.Error("the output shows the token")
	}
	wantEmpty(t, tmp)
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("left behind in %s: %v, %v", dir, entries, err)
	}
}
