// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// box is shared because a build takes longer than all tests together.
var box *Sandbox

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	var err error
	if box, err = New(context.Background()); errors.Is(err, ErrNoCLI) {
		fmt.Fprintf(os.Stderr, "Skipped all tests of the sandbox: %s.\n", err)
		return 0
	} else if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	status := m.Run()
	if err := box.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

// TestRun_initInstallsTheBuild runs in a broken environment: the proxy and the
// CLI configuration do not exist, and TF_CLI_ARGS is invalid.
//
//nolint:paralleltest // It sets environment variables.
func TestRun_initInstallsTheBuild(t *testing.T) {
	home := t.TempDir()
	for name, value := range map[string]string{
		"HOME":                home,
		"USERPROFILE":         home,
		"APPDATA":             home,
		"HTTPS_PROXY":         "http://127.0.0.1:1",
		"TF_CLI_ARGS":         "-no-such-argument",
		"TF_CLI_CONFIG_FILE":  filepath.Join(home, "gone.tfrc"),
		"TF_DATA_DIR":         filepath.Join(home, "data"),
		"TF_PLUGIN_CACHE_DIR": filepath.Join(home, "cache"),
	} {
		t.Setenv(name, value)
	}
	w := textWorkspace(t, `
terraform {
  required_providers {
    unpod = {
      source = "unpod-ai/unpod"
    }
  }
}

provider "unpod" {}
`)
	if _, err := w.Run(t.Context(), nil, "init"); err != nil {
		t.Fatal(err)
	}
	output, err := w.Run(t.Context(), nil, "version")
	if err != nil {
		t.Fatal(err)
	}
	if want := "/unpod-ai/unpod v" + version; !strings.Contains(output, want) {
		t.Errorf("missing %q in the output of version:\n%s", want, output)
	}
	if _, err := w.Run(t.Context(), nil, "providers", "schema", "-json"); err != nil {
		t.Errorf("the installed provider does not start: %v", err)
	}
	wantEmpty(t, home)
}

//nolint:paralleltest // It sets environment variables.
func TestNew_failedBuildLeavesNothing(t *testing.T) {
	tmp := ownTmp(t)
	_, err := newSandbox(t.Context(), modulePath+"/internal/nosuchpackage")
	if err == nil || !strings.Contains(err.Error(), "nosuchpackage") {
		t.Errorf("got error %v, want one with the output of go build", err)
	}
	wantEmpty(t, tmp)
}

func TestNew_missingCLILeavesNothing(t *testing.T) {
	tmp := ownTmp(t)
	t.Setenv(pathVariable, filepath.Join(tmp, "gone"))
	if _, err := New(t.Context()); err == nil {
		t.Error("got no error for a missing CLI, want one")
	}
	wantEmpty(t, tmp)
}

func TestNew_otherProgramLeavesNothing(t *testing.T) {
	program := filepath.Join(t.TempDir(), executable("terraform"))
	writeScript(t, program, "echo version 0 of another program")
	tmp := ownTmp(t)
	t.Setenv(pathVariable, program)
	if _, err := New(t.Context()); err == nil || !strings.Contains(err.Error(), "version 0 of another program") {
		t.Errorf("got error %v, want one with what the program printed", err)
	}
	wantEmpty(t, tmp)
}

func TestModuleRoot(t *testing.T) {
	t.Parallel()
	root, err := ModuleRoot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "internal", "sandbox")); err != nil {
		t.Error(err)
	}
}

func textWorkspace(t *testing.T, config string) *Workspace {
	t.Helper()
	w, err := box.WorkspaceFromText(config)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// ownTmp gives the test its own temporary directory on every system.
func ownTmp(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"TMPDIR", "TEMP", "TMP"} {
		t.Setenv(name, dir)
	}
	return dir
}

func wantEmpty(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("%s is not empty: %v (error: %v)", dir, entries, err)
	}
}
