// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

func TestMain(m *testing.M) {
	if _, err := sandbox.FindCLI(); errors.Is(err, sandbox.ErrNoCLI) {
		fmt.Fprintf(os.Stderr, "Skipped the tests of the demo: %s.\n", err)
		return
	}
	os.Exit(m.Run())
}

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
		" init\n", " plan -out=tfplan\n", " apply tfplan\n", " plan -destroy -out=tfplan\n",
		"are connected:\n+14155550100 to bridge support-line, through configuration 42 at twilio\n",
		"are connected:\nnone\n",
		"\nThat was the real CLI ",
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("missing %q in:\n%s", want, &stdout)
		}
	}
	if strings.Contains(stdout.String(), "\x1b") {
		t.Error("the output has colors, but is not a terminal")
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
		t.Errorf("%s is not empty: %v (error: %v)", dir, entries, err)
	}
}
