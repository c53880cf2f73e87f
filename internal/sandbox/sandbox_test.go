// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

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
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("%s is not empty: %v (error: %v)", dir, entries, err)
	}
}

// filesIn returns the paths of all files below a directory.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	if err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return files
}

//nolint:paralleltest // It sets environment variables.
func TestNew_initInstallsTheBuild(t *testing.T) {
	tmp := ownTmp(t)
	box, err := New(t.Context())
	if errors.Is(err, ErrNoCLI) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	w, err1 := box.WorkspaceFromText("terraform {\n  required_providers {\n    unpod = { source = \"unpod-ai/unpod\" }\n  }\n}\n")
	overrides, err2 := box.WithoutInit()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	for _, run := range []struct{ config, args, want string }{
		{overrides, "providers schema -json", `"base_url"`},
		{box.cliConfig(), "init", "unpod-ai/unpod v" + version},
		{box.cliConfig(), "providers schema -json", `"base_url"`},
	} {
		output, err := w.Run(t.Context(), map[string]string{"TF_CLI_CONFIG_FILE": run.config}, strings.Fields(run.args)...)
		if err != nil || !strings.Contains(output, run.want) {
			t.Errorf("%s: got error %v, want %s in:\n%s", run.args, err, run.want, output)
		}
	}
	if err := box.Close(); err != nil {
		t.Error(err)
	}
	wantEmpty(t, tmp)
}

// unbuilt returns a sandbox without a provider, whose CLI is a shell script.
func unbuilt(t *testing.T, script string) *Sandbox {
	t.Helper()
	root := t.TempDir()
	writeScript(t, filepath.Join(root, "terraform"), script)
	s := &Sandbox{CLI: CLI{Path: filepath.Join(root, "terraform")}, root: root}
	if err := os.Mkdir(s.workspaces(), 0o700); err != nil {
		t.Fatal(err)
	}
	return s
}

//nolint:paralleltest // It sets environment variables.
func TestCommand_inheritsNoEnvironment(t *testing.T) {
	for _, name := range []string{"TF_CLI_ARGS", "TF_VAR_x", "UNPOD_API_TOKEN", "HTTPS_PROXY", "XDG_CONFIG_HOME", "HOME", "CHECKPOINT_DISABLE"} {
		t.Setenv(name, "the caller's")
	}
	s := unbuilt(t, "")
	got := (&Workspace{s.root, s}).Command(t.Context(), map[string]string{"UNPOD_ORG_HANDLE": "unpod"}, "plan").Env
	want := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.home(), "USERPROFILE=" + s.home(), "APPDATA=" + s.home(), "TMPDIR=" + s.tmp(), "TEMP=" + s.tmp(),
		"TMP=" + s.tmp(), "TF_CLI_CONFIG_FILE=" + s.cliConfig(), "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1", "UNPOD_ORG_HANDLE=unpod",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got environment %q\nwant %q", got, want)
	}
}

func TestWorkspace_copiesOnlyConfiguration(t *testing.T) {
	t.Parallel()
	source, configuration := t.TempDir(), fstest.MapFS{}
	for _, name := range []string{
		"main.tf", "values.auto.tfvars", "modules/bridge/main.tf", "modules/bridge/.terraform/modules.json",
		".terraform/providers/one", ".terraform.lock.hcl", ".terraform.tfstate.lock.info",
		"terraform.tfstate", "terraform.tfstate.backup", "terraform.tfstate.d/other/terraform.tfstate", "old.tfstate",
	} {
		configuration[name] = &fstest.MapFile{Data: []byte(name)}
	}
	if err := os.CopyFS(source, configuration); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(source, "main.tf"), filepath.Join(source, "link.tf")); err != nil {
		t.Log("this system cannot make links, so the test has none:", err)
	}
	s := unbuilt(t, "")
	w, err := s.Workspace(source)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := filesIn(t, w.Dir), []string{"main.tf", "modules/bridge/main.tf", "values.auto.tfvars"}; !slices.Equal(got, want) {
		t.Errorf("got files %v, want %v", got, want)
	}
	content, err := os.ReadFile(filepath.Join(w.Dir, "modules", "bridge", "main.tf"))
	if err != nil || string(content) != "modules/bridge/main.tf" {
		t.Errorf("got %q and error %v from a copy, want its name", content, err)
	}
	if _, err := s.Workspace(filepath.Join(source, "gone")); err == nil || !strings.Contains(err.Error(), filepath.Join(source, "gone")) {
		t.Errorf("got error %v for a missing directory, want one that names it", err)
	}
}
