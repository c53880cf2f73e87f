// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Package sandbox runs the real Terraform or OpenTofu CLI against a build of
// this provider, the way a user's configuration would run it: an ordinary init
// that installs the provider from a mirror, then plan and apply.
//
// The acceptance tests' harness attaches to a provider inside the test process
// and so leaves out what a user meets first: the binary, its installation and
// its environment. The demo and the tests that are about these use a sandbox.
// It lives in one temporary directory, reads and changes nothing of the user's,
// and is gone once it is closed.
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

// version is the version under which a sandbox's mirror offers the provider. A
// mirror cannot do without one, a pre-release would match no constraint, and
// the first minor release is what the examples' constraints may ask for.
const version = "0.1.0"

// modulePath names both this module and its root package, the provider.
const modulePath = "github.com/unpod-ai/terraform-provider-unpod"

// Sandbox is a build of the provider and the CLI that will run it. It is safe
// for concurrent use; each Workspace has its own directory.
type Sandbox struct {
	CLI  CLI
	root string
}

// New finds the CLI and builds the provider into a mirror for it. When it
// fails, or when ctx is done, it leaves nothing behind.
func New(ctx context.Context) (*Sandbox, error) {
	return newSandbox(ctx, modulePath)
}

func newSandbox(ctx context.Context, target string) (*Sandbox, error) {
	path, err := findCLI()
	if err != nil {
		return nil, err
	}
	// The name is short because the provider's Unix socket lies below it, and
	// macOS takes no more than 104 bytes for the whole path of one.
	root, err := os.MkdirTemp("", "unpod-")
	if err != nil {
		return nil, fmt.Errorf("making the sandbox's directory: %w", err)
	}
	s := &Sandbox{CLI: CLI{Path: path}, root: root}
	if err := s.prepare(ctx, target); err != nil {
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

func (s *Sandbox) prepare(ctx context.Context, target string) error {
	for _, dir := range []string{s.home(), s.tmp(), s.workspaces()} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return fmt.Errorf("preparing the sandbox: %w", err)
		}
	}
	if err := s.writeCLIConfig(); err != nil {
		return err
	}
	workspace, err := s.WorkspaceFromText("")
	if err != nil {
		return err
	}
	output, err := workspace.Run(ctx, nil, "version")
	if err != nil {
		return err
	}
	if s.CLI, err = parseVersion(s.CLI.Path, output); err != nil {
		return err
	}
	return s.buildProvider(ctx, target)
}

// writeCLIConfig lets init find providers in the mirror alone.
func (s *Sandbox) writeCLIConfig() error {
	mirror := fmt.Sprintf("filesystem_mirror {\n    path = %q\n  }", filepath.ToSlash(s.mirror()))
	return writeCLIConfig(s.cliConfig(), mirror)
}

// WithoutInit writes a CLI configuration with which a configuration can use the
// provider without init, and returns its path. It is for TF_CLI_CONFIG_FILE.
func (s *Sandbox) WithoutInit() (string, error) {
	override := fmt.Sprintf("dev_overrides {\n    \"unpod-ai/unpod\" = %q\n  }", filepath.ToSlash(filepath.Dir(s.provider())))
	path := filepath.Join(s.root, "without-init.tfrc")
	return path, writeCLIConfig(path, override)
}

// writeCLIConfig writes one with a way to install providers.
func writeCLIConfig(path, installation string) error {
	config := "disable_checkpoint = true\n\nprovider_installation {\n  " + installation + "\n}\n"
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		return fmt.Errorf("writing the sandbox's CLI configuration: %w", err)
	}
	return nil
}

// buildProvider builds the package target into the mirror.
func (s *Sandbox) buildProvider(ctx context.Context, target string) error {
	// The release has no cgo and no symbols either. Terraform reads the whole
	// binary before each plan, to compare its checksum, and so its size counts.
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", s.provider(), target)
	goos, goarch, _ := strings.Cut(s.CLI.platform, "_")
	// A compiler that is stopped half way leaves its temporary files behind.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch, "GOTMPDIR="+s.tmp())
	if _, err := runGently(cmd); err != nil {
		return fmt.Errorf("building the provider: %w", err)
	}
	return nil
}

// provider is where a mirror has the provider's binary.
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

// ModuleRoot returns the directory of this module, from wherever inside it the
// process was started: a test starts in its package's directory, and a command
// where its user stands.
func ModuleRoot(ctx context.Context) (string, error) {
	output, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", modulePath).Output()
	if err != nil {
		return "", fmt.Errorf("finding the provider's source (start this from a clone of it): %w", err)
	}
	return strings.TrimSpace(string(output)), nil
}
