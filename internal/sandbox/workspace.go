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

// Workspace is a directory of a sandbox that holds one configuration.
type Workspace struct {
	// Dir is where the CLI runs, and where it leaves its state.
	Dir string

	sandbox *Sandbox
}

// Workspace makes a scratch copy of a configuration's directory. What runs of
// the CLI may have left there, such as state and lock files, stays behind.
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

// WorkspaceFromText makes a workspace whose only file, main.tf, is config.
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

// Command is the CLI in the workspace, ready to be run. Its environment is
// made from nothing: env and the little that the CLI needs, but no variable of
// the caller's that would change what it does. When ctx is done it is
// interrupted once, and killed if that does not end it within seconds.
func (w *Workspace) Command(ctx context.Context, env map[string]string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, w.sandbox.CLI.Path, args...)
	cmd.Dir = w.Dir
	cmd.Env = w.sandbox.environ(env)
	stopGently(cmd)
	return cmd
}

// Run runs Command and returns all that it printed, which an error carries too.
func (w *Workspace) Run(ctx context.Context, env map[string]string, args ...string) (string, error) {
	return runGently(w.Command(ctx, env, args...))
}

// environ sets the home and temporary directories by all of their names,
// which do no harm on the systems that do not know them.
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

// copyConfiguration copies regular files only: a link could lead out of the
// configuration, and back into something of the user's.
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

// leftByCLI tells whether a file or directory is a trace of the CLI's runs
// rather than part of a configuration. A lock file is one here: its checksums
// are of a released provider, and init would refuse the one just built.
func leftByCLI(name string) bool {
	return strings.HasPrefix(name, ".terraform") ||
		strings.HasPrefix(name, "terraform.tfstate") ||
		strings.HasSuffix(name, ".tfstate") ||
		strings.HasSuffix(name, ".tfstate.backup")
}
