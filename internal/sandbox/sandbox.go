// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Package sandbox runs the real Terraform or OpenTofu CLI with a build of this
// provider, as a user would: init installs the provider from a mirror, then plan
// and apply run.
//
// The acceptance tests run the provider inside the test process, so they miss
// what users see first: the binary, its installation and its environment. A
// sandbox covers these for the demo and for tests. It lives in one temporary
// directory, does not touch the user's files, and is gone once it is closed.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// version is the provider's version in the mirror. Pre-releases match no
// constraint, and the examples ask for the first minor release.
const version = "0.1.0"

// modulePath is the path of this module and of its root package, the provider.
const modulePath = "github.com/unpod-ai/terraform-provider-unpod"

// Sandbox is a build of the provider and the CLI that runs it. It is safe for
// concurrent use, since each Workspace has its own directory.
type Sandbox struct {
	CLI  CLI
	root string
}

// New finds the CLI and builds the provider into a mirror for it. If it fails or
// ctx is done, it leaves nothing behind.
func New(ctx context.Context) (*Sandbox, error) {
	path, err := findCLI()
	if err != nil {
		return nil, err
	}
	// The name is short because the provider's Unix socket is below it, and
	// macOS limits a socket's path to 104 bytes.
	root, err := os.MkdirTemp("", "unpod-")
	if err != nil {
		return nil, fmt.Errorf("making the sandbox's directory: %w", err)
	}
	s := &Sandbox{CLI: CLI{Path: path}, root: root}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Close removes the sandbox with all of its workspaces.
func (s *Sandbox) Close() error {
	if err := os.RemoveAll(s.root); err != nil {
		return fmt.Errorf("removing the sandbox: %w", err)
	}
	return nil
}

func (s *Sandbox) prepare(ctx context.Context) error {
	for _, dir := range []string{s.home(), s.tmp(), s.workspaces()} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return fmt.Errorf("preparing the sandbox: %w", err)
		}
	}
	// Init installs providers only from the mirror.
	if err := writeCLIConfig(s.cliConfig(), "filesystem_mirror", "path", s.mirror()); err != nil {
		return err
	}
	output, err := (&Workspace{Dir: s.root, sandbox: s}).Run(ctx, nil, "version")
	if err != nil {
		return err
	}
	if s.CLI, err = parseVersion(s.CLI.Path, output); err != nil {
		return err
	}
	return s.buildProvider(ctx)
}

// WithoutInit writes a CLI configuration with which the provider needs no init,
// and returns its path for TF_CLI_CONFIG_FILE.
func (s *Sandbox) WithoutInit() (string, error) {
	path := filepath.Join(s.root, "without-init.tfrc")
	return path, writeCLIConfig(path, "dev_overrides", `"unpod-ai/unpod"`, filepath.Dir(s.provider()))
}

// writeCLIConfig writes a CLI configuration with one installation method, which has
// one setting, a directory.
func writeCLIConfig(path, method, setting, dir string) error {
	config := fmt.Sprintf("disable_checkpoint = true\n\nprovider_installation {\n  %s {\n    %s = %q\n  }\n}\n", method, setting, filepath.ToSlash(dir))
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		return fmt.Errorf("writing the sandbox's CLI configuration: %w", err)
	}
	return nil
}

func (s *Sandbox) buildProvider(ctx context.Context) error {
	// As in a release, there is no cgo and no symbols. Terraform hashes the
	// binary before each plan, so its size matters.
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-trimpath", "-ldflags=-s -w", "-o", s.provider(), modulePath)
	goos, goarch, _ := strings.Cut(s.CLI.platform, "_")
	// An interrupted compiler leaves its temporary files behind.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch, "GOTMPDIR="+s.tmp())
	if _, err := runGently(cmd); err != nil {
		return fmt.Errorf("building the provider: %w", err)
	}
	return nil
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

// environ returns the environment of the CLI. It sets the home and temporary
// directories under the names that all systems use. Those in extra override it.
func (s *Sandbox) environ(extra map[string]string) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + s.home(),
		"USERPROFILE=" + s.home(),
		"APPDATA=" + s.home(),
		"TMPDIR=" + s.tmp(),
		"TEMP=" + s.tmp(),
		"TMP=" + s.tmp(),
		"TF_CLI_CONFIG_FILE=" + s.cliConfig(),
		"TF_IN_AUTOMATION=1",
		"TF_INPUT=0",
		"CHECKPOINT_DISABLE=1",
	}
	for name, value := range extra {
		env = append(env, name+"="+value)
	}
	return env
}

// provider returns the path of the provider's binary in the mirror.
func (s *Sandbox) provider() string {
	name := "terraform-provider-unpod_v" + version
	if strings.HasPrefix(s.CLI.platform, "windows_") {
		name += ".exe"
	}
	return filepath.Join(s.mirror(), s.CLI.Registry(), "unpod-ai", "unpod", version, s.CLI.platform, name)
}

func (s *Sandbox) home() string       { return filepath.Join(s.root, "home") }
func (s *Sandbox) tmp() string        { return filepath.Join(s.root, "tmp") }
func (s *Sandbox) mirror() string     { return filepath.Join(s.root, "mirror") }
func (s *Sandbox) workspaces() string { return filepath.Join(s.root, "workspaces") }
func (s *Sandbox) cliConfig() string  { return filepath.Join(s.root, "cli.tfrc") }

// ModuleRoot returns this module's directory, wherever inside it the process was
// started: tests start in their package's directory, commands in the user's.
func ModuleRoot(ctx context.Context) (string, error) {
	output, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", modulePath).Output()
	if err != nil {
		return "", fmt.Errorf("finding the provider's source (start this from a clone of it): %w", err)
	}
	return strings.TrimSpace(string(output)), nil
}
