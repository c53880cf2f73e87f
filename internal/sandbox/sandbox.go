// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

// Package sandbox runs the real Terraform or OpenTofu CLI against a build of
// this provider, the way a configuration of a user's own would run it: an
// ordinary init that installs the provider from a mirror, then plan and apply.
//
// The acceptance tests' harness attaches to a provider inside the test process
// and so leaves out what a user meets first: the binary, its installation and
// its environment. The demo and the tests that are about these use a sandbox.
// It lives in one temporary directory, reads and changes nothing of the user's,
// and is gone once it is closed.
package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Version is the version under which a sandbox's mirror offers the provider. A
// mirror cannot do without one, a pre-release would match no constraint, and
// the first minor release is what the examples' constraints may ask for.
const Version = "0.1.0"

// modulePath names both this module and its root package, the provider.
const modulePath = "github.com/unpod-ai/terraform-provider-unpod"

// Sandbox is a build of the provider and the CLI that will run it. It is safe
// for concurrent use; each Workspace has a directory of its own.
type Sandbox struct {
	cli      string
	root     string
	platform string // the CLI's, such as linux_amd64
}

// New finds the CLI and builds the provider into a mirror for it. When it
// fails, or when ctx is done, it leaves nothing behind.
func New(ctx context.Context) (*Sandbox, error) {
	return newSandbox(ctx, modulePath)
}

func newSandbox(ctx context.Context, target string) (*Sandbox, error) {
	cli, err := FindCLI()
	if err != nil {
		return nil, err
	}
	// The name is short because the provider's Unix socket lies below it, and
	// macOS takes no more than 104 bytes for the whole path of one.
	root, err := os.MkdirTemp("", "unpod-")
	if err != nil {
		return nil, fmt.Errorf("making the sandbox's directory: %w", err)
	}
	s := &Sandbox{cli: cli, root: root}
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

// CLI is the path of the Terraform or OpenTofu executable that the sandbox runs.
func (s *Sandbox) CLI() string { return s.cli }

// CLIName is the command a user would type for it, such as terraform or tofu.
func (s *Sandbox) CLIName() string {
	return strings.TrimSuffix(filepath.Base(s.cli), ".exe")
}

func (s *Sandbox) prepare(ctx context.Context, target string) error {
	for _, dir := range []string{s.home(), s.tmp(), s.workspaces()} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			return fmt.Errorf("preparing the sandbox: %w", err)
		}
	}
	if err := s.writeCLIConfig(""); err != nil {
		return err
	}
	var err error
	if s.platform, err = s.askPlatform(ctx); err != nil {
		return err
	}
	return s.buildMirror(ctx, target)
}

// askPlatform asks the CLI for which platform it wants providers. That is not
// always Go's own: a Mac may well run an Intel Terraform beside an ARM Go.
func (s *Sandbox) askPlatform(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, s.cli, "version", "-json")
	cmd.Dir = s.root
	cmd.Env = s.environ(nil)
	stopGently(cmd, grace)
	output, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("asking %s for its platform (version -json): %w", s.cli, err)
	}
	var version struct {
		Platform string `json:"platform"`
	}
	if err := json.Unmarshal(output, &version); err != nil || !strings.Contains(version.Platform, "_") {
		return "", fmt.Errorf("%s does not tell its platform (version -json): is it Terraform or OpenTofu?", s.cli)
	}
	return version.Platform, nil
}

// AllowRegistry lets init ask its registry for one provider, by a source address
// such as hashicorp/http. Without it, init asks none.
func (s *Sandbox) AllowRegistry(source string) error {
	return s.writeCLIConfig(fmt.Sprintf(`
  direct {
    include = [%q]
  }
`, source))
}

// writeCLIConfig says where init finds providers: in the mirror, and wherever
// the other installation methods say.
func (s *Sandbox) writeCLIConfig(others string) error {
	config := fmt.Sprintf(`disable_checkpoint = true

provider_installation {
  filesystem_mirror {
    path = %q
  }
%s}
`, filepath.ToSlash(s.mirror()), others)
	if err := os.WriteFile(s.cliConfig(), []byte(config), 0o600); err != nil {
		return fmt.Errorf("writing the sandbox's CLI configuration: %w", err)
	}
	return nil
}

// Provider is the path of the provider's build.
func (s *Sandbox) Provider() string {
	name := "terraform-provider-unpod_v" + Version
	if strings.HasPrefix(s.platform, "windows_") {
		name += ".exe"
	}
	return filepath.Join(s.root, name)
}

func (s *Sandbox) home() string       { return filepath.Join(s.root, "home") }
func (s *Sandbox) tmp() string        { return filepath.Join(s.root, "tmp") }
func (s *Sandbox) mirror() string     { return filepath.Join(s.root, "mirror") }
func (s *Sandbox) workspaces() string { return filepath.Join(s.root, "workspaces") }
func (s *Sandbox) cliConfig() string  { return filepath.Join(s.root, "cli.tfrc") }
