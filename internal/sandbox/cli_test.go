// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindCLI(t *testing.T) {
	both, tofu, neither := directoryOf(t, "terraform", "tofu"), directoryOf(t, "tofu"), t.TempDir()
	for name, test := range map[string]struct {
		named, path string
		want        string
		wantError   string
	}{
		"terraform comes first":             {"", both, filepath.Join(both, "terraform"), ""},
		"tofu if there is no terraform":     {"", tofu, filepath.Join(tofu, "tofu"), ""},
		"the variable overrides PATH":       {filepath.Join(tofu, "tofu"), both, filepath.Join(tofu, "tofu"), ""},
		"the variable names a missing file": {filepath.Join(neither, "gone"), both, "", pathVariable + " does not name an executable"},
		"neither":                           {"", neither, "", ErrNoCLI.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(pathVariable, test.named)
			t.Setenv("PATH", test.path)
			got, err := findCLI()
			if got != test.want || (err != nil) != (test.wantError != "") || err != nil && !strings.Contains(err.Error(), test.wantError) {
				t.Errorf("got %q and error %v, want %q and %q", got, err, test.want, test.wantError)
			}
		})
	}
}

// TestParseVersion parses what the CLIs print. The name of the executable must
// not matter.
func TestParseVersion(t *testing.T) {
	t.Parallel()
	const path = "/opt/cli-1"
	for output, want := range map[string]CLI{
		"Terraform v1.4.7\non linux_amd64\n\nYour version of Terraform is out of date!": {path, "terraform", "1.4.7", 4, "linux_amd64"},
		"OpenTofu v1.12.6-dev\r\non windows_arm64\r\n+ provider x\n":                    {path, "tofu", "1.12.6-dev", 12, "windows_arm64"},
	} {
		if got, err := parseVersion(path, output); got != want || err != nil {
			t.Errorf("%q: got %v and error %v, want %v", output, got, err, want)
		}
	}
	for _, output := range []string{"", "go version go1.26.0 linux/amd64\n", "Terraform v0.15.5\non linux_amd64\n"} {
		if _, err := parseVersion(path, output); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), output) {
			t.Errorf("%q: got error %v, want one with the path and the output", output, err)
		}
	}
}

// directoryOf makes a directory of executables that do nothing.
func directoryOf(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range names {
		writeScript(t, filepath.Join(dir, name), "exit 0")
	}
	return dir
}

// writeScript writes an executable. On Windows, these tests need WSL.
func writeScript(t *testing.T, path, body string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}
