// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Workspace is a directory of a sandbox with one configuration.
type Workspace struct {
	// Dir is the directory in which the CLI runs and leaves its state.
	Dir string

	sandbox *Sandbox
}

// Workspace copies a configuration's directory, without state, lock files and
// other traces of earlier runs.
func (s *Sandbox) Workspace(source string) (*Workspace, error) {
	w, err := s.emptyWorkspace()
	if err != nil {
		return nil, err
	}
	if err := copyConfiguration(source, w.Dir); err != nil {
		return nil, fmt.Errorf("copying the configuration %s: %w", source, err)
	}
	return w, nil
}

// WorkspaceFromText makes a workspace with config as its only file, main.tf.
func (s *Sandbox) WorkspaceFromText(config string) (*Workspace, error) {
	w, err := s.emptyWorkspace()
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(w.Dir, "main.tf"), []byte(config), 0o600); err != nil {
		return nil, fmt.Errorf("writing a configuration: %w", err)
	}
	return w, nil
}

func (s *Sandbox) emptyWorkspace() (*Workspace, error) {
	dir, err := os.MkdirTemp(s.workspaces(), "")
	if err != nil {
		return nil, fmt.Errorf("making a workspace: %w", err)
	}
	return &Workspace{Dir: dir, sandbox: s}, nil
}

// Command returns a CLI command that runs in the workspace. Its environment
// contains only env and what the CLI needs, so that the caller's variables
// cannot affect it. When ctx is done, the command is interrupted, and killed if
// it does not end within seconds.
func (w *Workspace) Command(ctx context.Context, env map[string]string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, w.sandbox.CLI.Path, args...)
	cmd.Dir = w.Dir
	cmd.Env = w.sandbox.environ(env)
	stopGently(cmd)
	return cmd
}

// Run runs a command and returns its output, which errors include too.
func (w *Workspace) Run(ctx context.Context, env map[string]string, args ...string) (string, error) {
	return runGently(w.Command(ctx, env, args...))
}

// environ returns the environment. It sets the home and temporary directories
// under the names that all systems use.
func (s *Sandbox) environ(extra map[string]string) []string {
	env := map[string]string{
		"PATH":               os.Getenv("PATH"),
		"HOME":               s.home(),
		"USERPROFILE":        s.home(),
		"APPDATA":            s.home(),
		"TMPDIR":             s.tmp(),
		"TEMP":               s.tmp(),
		"TMP":                s.tmp(),
		"TF_CLI_CONFIG_FILE": s.cliConfig(),
		"TF_IN_AUTOMATION":   "1",
		"TF_INPUT":           "0",
		"CHECKPOINT_DISABLE": "1",
	}
	if root, ok := os.LookupEnv("SystemRoot"); ok {
		env["SystemRoot"] = root
	}
	maps.Copy(env, extra)

	var list []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+env[name])
	}
	return list
}

// copyConfiguration copies regular files only, since a link may lead out of the
// configuration to the user's own files.
func copyConfiguration(source, target string) error {
	return filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(source, path)
		if err != nil || relative == "." {
			return err
		}
		destination := filepath.Join(target, relative)
		switch {
		case entry.IsDir() && leftByCLI(entry.Name()):
			return filepath.SkipDir
		case entry.IsDir():
			return os.Mkdir(destination, 0o700)
		case !entry.Type().IsRegular() || leftByCLI(entry.Name()):
			return nil
		default:
			return copyFile(path, destination)
		}
	})
}

func copyFile(source, target string) error {
	content, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	return os.WriteFile(target, content, 0o600)
}

// leftByCLI reports whether a file or directory comes from earlier runs of the
// CLI. This includes the lock file: its checksums are those of a release, so
// init would reject the new build.
func leftByCLI(name string) bool {
	return strings.HasPrefix(name, ".terraform") ||
		strings.HasPrefix(name, "terraform.tfstate") ||
		strings.HasSuffix(name, ".tfstate") ||
		strings.HasSuffix(name, ".tfstate.backup")
}
