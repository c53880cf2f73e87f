// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// registryHosts are the hosts that Terraform and OpenTofu, in this order,
// complete the source address unpod-ai/unpod with.
var registryHosts = []string{"registry.terraform.io", "registry.opentofu.org"}

// ModuleRoot returns the directory of this module, from wherever inside it the
// process was started: a test starts in its package's directory, and a command
// where its user stands.
func ModuleRoot(ctx context.Context) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", modulePath)
	stopGently(cmd, grace)
	output, err := runQuietly(cmd)
	if err != nil {
		return "", fmt.Errorf("finding the provider's source (start this from a clone of it): %w", err)
	}
	return strings.TrimSpace(output), nil
}

// buildMirror builds the package target into the mirror.
func (s *Sandbox) buildMirror(ctx context.Context, target string) error {
	goos, goarch, _ := strings.Cut(s.platform, "_")
	// The release has no cgo and no symbols either. Terraform reads the whole
	// binary before each plan, to compare its checksum, and so its size counts.
	env := []string{"CGO_ENABLED=0", "GOOS=" + goos, "GOARCH=" + goarch}
	if _, err := runQuietly(s.Tool(ctx, env, "go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", s.Provider(), target)); err != nil {
		return fmt.Errorf("building the provider: %w", err)
	}
	return s.Mirror("unpod-ai/unpod", s.Provider())
}

// Mirror offers a provider's binary to init, under a source address such as
// hashicorp/http, for either CLI's registry. The binary is named as in a
// release: terraform-provider-TYPE_vVERSION, with or without more behind a _.
func (s *Sandbox) Mirror(source, binary string) error {
	name := filepath.Base(binary)
	_, version, ok := strings.Cut(strings.TrimSuffix(name, ".exe"), "_v")
	version, _, _ = strings.Cut(version, "_")
	if !ok {
		return fmt.Errorf("filling the sandbox's mirror: %s is not named terraform-provider-TYPE_vVERSION", name)
	}
	for _, host := range registryHosts {
		// The unpacked layout of a mirror.
		target := filepath.Join(s.mirror(), host, filepath.FromSlash(source), version, s.platform, name)
		if err := linkOrCopy(binary, target); err != nil {
			return fmt.Errorf("filling the sandbox's mirror: %w", err)
		}
	}
	return nil
}

// Tool is a program other than the CLI, ready to be run in the caller's
// environment and env. It ends as the CLI does when ctx is done. Its temporary
// files are the sandbox's own, because a compiler, for one, leaves them behind
// where it is stopped half way.
func (s *Sandbox) Tool(ctx context.Context, env []string, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "GOTMPDIR="+s.tmp(), "TMPDIR="+s.tmp(), "TEMP="+s.tmp(), "TMP="+s.tmp())
	cmd.Env = append(cmd.Env, env...)
	stopGently(cmd, grace)
	return cmd
}

// linkOrCopy prefers a hard link, because the binary is some tens of megabytes;
// not every file system has them.
func linkOrCopy(source, target string) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return err
	}
	if os.Link(source, target) == nil {
		return nil
	}
	return copyFile(source, target)
}

// copyFile keeps the file's mode, for a binary has to stay executable.
func copyFile(source, target string) error {
	in, err := os.Open(source)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	info, err := in.Stat()
	if err != nil {
		return err
	}
	out, err := os.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
