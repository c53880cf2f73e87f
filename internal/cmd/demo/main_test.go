// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/sandbox"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// missing are the errors of the demo that skip its tests.
var missing = []error{sandbox.ErrNoCLI, errTooOld}

func TestDemo(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	var stdout, stderr bytes.Buffer
	if err := run(t.Context(), &stdout, &stderr); errors.Is(err, missing[0]) || errors.Is(err, missing[1]) {
		t.Skip(err)
	} else if err != nil {
		t.Fatalf("%v\n%s%s", err, &stdout, &stderr)
	}
	for _, want := range []string{
		" init\n", " plan -out=tfplan\n", " apply tfplan\n", " plan -destroy -out=tfplan\n",
		"\nConnected after the first apply:\n  +14155550100 to bridge support-line, through configuration 42 at twilio\n" +
			"Connected after the second apply:\n  none\n",
		"\nThat was the real CLI ",
	} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("missing %q in:\n%s", want, &stdout)
		}
	}
	for _, hidden := range []string{"\x1b", unpodtest.Token} {
		if strings.Contains(stdout.String(), hidden) {
			t.Errorf("found %q in:\n%s", hidden, &stdout)
		}
	}
	wantEmpty(t, tmp)
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%s is not empty: %v (error: %v)", dir, entries, err)
	}
}
