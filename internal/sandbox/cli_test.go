// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestFindCLI(t *testing.T) {
	both := directoryOf(t, "terraform", "tofu")
	tofu := directoryOf(t, "tofu")
	neither := t.TempDir()
	tests := map[string]struct {
		named, path string
		want        string
		wantErrors  []string
	}{
		"terraform comes first":             {path: both, want: filepath.Join(both, executable("terraform"))},
		"tofu if there is no terraform":     {path: tofu, want: filepath.Join(tofu, executable("tofu"))},
		"the variable overrides PATH":       {named: filepath.Join(tofu, executable("tofu")), path: both, want: filepath.Join(tofu, executable("tofu"))},
		"the variable names a missing file": {named: filepath.Join(neither, "gone"), path: both, wantErrors: []string{pathVariable}},
		"the variable names a directory":    {named: neither, path: both, wantErrors: []string{pathVariable}},
		"neither, with download links":      {path: neither, wantErrors: []string{"neither terraform nor tofu", "https://developer.hashicorp.com/terraform/install", "https://opentofu.org/docs/intro/install/", pathVariable}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv(pathVariable, test.named)
			t.Setenv("PATH", test.path)
			got, err := FindCLI()
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if failed := err != nil; failed != (len(test.wantErrors) > 0) {
				t.Errorf("got error %v, want one: %t", err, !failed)
			}
			for _, want := range test.wantErrors {
				if err != nil && !strings.Contains(err.Error(), want) {
					t.Errorf("missing %q in the error: %v", want, err)
				}
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
		writeScript(t, filepath.Join(dir, executable(name)), "exit 0")
	}
	return dir
}

func executable(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}

func writeScript(t *testing.T, path, body string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}
