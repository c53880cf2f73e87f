// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestCommand_inheritsNoEnvironment(t *testing.T) {
	for _, name := range []string{
		"TF_CLI_ARGS", "TF_CLI_ARGS_plan", "TF_DATA_DIR", "TF_LOG", "TF_REATTACH_PROVIDERS", "TF_VAR_x",
		"TF_WORKSPACE", "UNPOD_API_TOKEN", "UNPOD_BASE_URL", "UNPOD_PLATFORM_TOKEN", "AWS_PROFILE",
		"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "XDG_CONFIG_HOME",
	} {
		t.Setenv(name, "the caller's")
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("CHECKPOINT_DISABLE", "")
	t.Setenv("SystemRoot", "C:\\Windows")

	got := map[string]string{}
	cmd := textWorkspace(t, "").Command(t.Context(), map[string]string{"UNPOD_ORG_HANDLE": "unpod"}, "plan")
	for _, pair := range cmd.Env {
		name, value, _ := strings.Cut(pair, "=")
		got[name] = value
	}
	want := map[string]string{
		"APPDATA":            box.home(),
		"CHECKPOINT_DISABLE": "1",
		"HOME":               box.home(),
		"PATH":               os.Getenv("PATH"),
		"SystemRoot":         "C:\\Windows",
		"TEMP":               box.tmp(),
		"TF_CLI_CONFIG_FILE": box.cliConfig(),
		"TF_INPUT":           "0",
		"TF_IN_AUTOMATION":   "1",
		"TMP":                box.tmp(),
		"TMPDIR":             box.tmp(),
		"UNPOD_ORG_HANDLE":   "unpod",
		"USERPROFILE":        box.home(),
	}
	if !maps.Equal(got, want) {
		t.Errorf("got environment %v\nwant %v", got, want)
	}
}

func TestWorkspace_copiesOnlyConfiguration(t *testing.T) {
	t.Parallel()
	source := t.TempDir()
	for _, name := range []string{
		"main.tf", "values.auto.tfvars", "modules/bridge/main.tf", "modules/bridge/.terraform/modules.json",
		".terraform/providers/one", ".terraform.lock.hcl", ".terraform.tfstate.lock.info",
		"terraform.tfstate", "terraform.tfstate.backup", "terraform.tfstate.d/other/terraform.tfstate", "old.tfstate",
	} {
		writeFile(t, filepath.Join(source, name), name)
	}
	if err := os.Symlink(filepath.Join(source, "main.tf"), filepath.Join(source, "link.tf")); err != nil {
		t.Log("this system cannot make links, so the test has none:", err)
	}

	w, err := box.Workspace(source)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"main.tf", "modules/bridge/main.tf", "values.auto.tfvars"}
	if got := filesIn(t, w.Dir); !slices.Equal(got, want) {
		t.Errorf("got files %v, want %v", got, want)
	}
	content, err := os.ReadFile(filepath.Join(w.Dir, "modules", "bridge", "main.tf"))
	if err != nil || string(content) != "modules/bridge/main.tf" {
		t.Errorf("got %q and error %v from a copy, want its name", content, err)
	}
}

func TestWorkspace_missingDirectory(t *testing.T) {
	t.Parallel()
	gone := filepath.Join(t.TempDir(), "gone")
	if _, err := box.Workspace(gone); err == nil || !strings.Contains(err.Error(), gone) {
		t.Errorf("got error %v, want one that names %s", err, gone)
	}
}

func TestRun_reportsCommandAndOutput(t *testing.T) {
	t.Parallel()
	output, err := textWorkspace(t, "nonsense").Run(t.Context(), nil, "validate", "-no-color")
	if err == nil {
		t.Fatal("got no error from validate, want one")
	}
	for _, want := range []string{"validate -no-color", "exit status 1", "main.tf line 1"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("missing %q in the error: %v", want, err)
		}
	}
	if !strings.Contains(output, "main.tf line 1") {
		t.Errorf("got output %q, want the error's place", output)
	}
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
