// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// box is shared, because a build takes longer than all of the tests together.
var box *Sandbox

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	var err error
	if box, err = New(context.Background()); err != nil {
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

// TestInitInstallsTheBuild runs in the worst of environments: a proxy that is
// not there, a configuration of the CLI that is not there, and arguments that
// no command knows.
//
//nolint:paralleltest // It sets environment variables.
func TestInitInstallsTheBuild(t *testing.T) {
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
		t.Errorf("version does not mention the provider %s:\n%s", want, output)
	}
	if _, err := w.Run(t.Context(), nil, "providers", "schema", "-json"); err != nil {
		t.Errorf("the installed provider does not start: %v", err)
	}
	wantEmpty(t, home)
}

//nolint:paralleltest // It sets environment variables.
func TestNewLeavesNothingWhenTheBuildFails(t *testing.T) {
	tmp := ownTmp(t)
	_, err := newSandbox(t.Context(), modulePath+"/internal/nosuchpackage")
	if err == nil || !strings.Contains(err.Error(), "nosuchpackage") {
		t.Errorf("the error does not show what go build said: %v", err)
	}
	wantEmpty(t, tmp)
}

func TestNewLeavesNothingWithoutACLI(t *testing.T) {
	tmp := ownTmp(t)
	t.Setenv(pathVariable, filepath.Join(tmp, "gone"))
	if _, err := New(t.Context()); err == nil {
		t.Error("New found a CLI that is not there")
	}
	wantEmpty(t, tmp)
}

func TestNewLeavesNothingForAnotherProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), executable("terraform"))
	writeScript(t, program, "echo version 0 of another program")
	tmp := ownTmp(t)
	t.Setenv(pathVariable, program)
	if _, err := New(t.Context()); err == nil || !strings.Contains(err.Error(), "version 0 of another program") {
		t.Errorf("New took another program for Terraform: %v", err)
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

// ownTmp gives the test a temporary directory under every system's name for it.
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
		t.Errorf("left behind in %s: %v, %v", dir, entries, err)
	}
}
