// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Workspace is a directory of a sandbox with one configuration.
type Workspace struct {
	// Dir is the directory in which the CLI runs and leaves its state.
	Dir string

	sandbox *Sandbox
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

// copyConfiguration copies regular files only, since a link may lead out of the
// configuration to the user's own files.
func copyConfiguration(source, target string) error {
	files := os.DirFS(source)
	return fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		destination := filepath.Join(target, path)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && leftByCLI(path):
			return fs.SkipDir
		case entry.IsDir():
			return os.MkdirAll(destination, 0o700)
		case !entry.Type().IsRegular() || leftByCLI(path):
			return nil
		}
		content, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		return os.WriteFile(destination, content, 0o600)
	})
}

// leftByCLI reports whether a file or directory comes from earlier runs of the
// CLI. This includes the lock file: its checksums are those of a release, so
// init would reject the new build.
func leftByCLI(path string) bool {
	name := filepath.Base(path)
	return strings.HasPrefix(name, ".terraform") || strings.Contains(name, ".tfstate")
}
