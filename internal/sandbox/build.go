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

// buildMirror builds the package target into a mirror in the unpacked layout,
// HOST/NAMESPACE/TYPE/VERSION/PLATFORM, for either CLI's registry.
func (s *Sandbox) buildMirror(ctx context.Context, target, platform string) error {
	goos, goarch, _ := strings.Cut(platform, "_")
	name := "terraform-provider-unpod_v" + Version
	if goos == "windows" {
		name += ".exe"
	}
	var binaries []string
	for _, host := range registryHosts {
		binaries = append(binaries,
			filepath.Join(s.mirror(), host, "unpod-ai", "unpod", Version, platform, name))
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", binaries[0], target)
	// The release has no cgo either. The temporary files are the sandbox's own,
	// because a compiler that is stopped half way leaves its files behind.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch,
		"GOTMPDIR="+s.tmp(), "TMPDIR="+s.tmp(), "TEMP="+s.tmp(), "TMP="+s.tmp())
	stopGently(cmd, grace)
	if _, err := runQuietly(cmd); err != nil {
		return fmt.Errorf("building the provider: %w", err)
	}
	for _, binary := range binaries[1:] {
		if err := linkOrCopy(binaries[0], binary); err != nil {
			return fmt.Errorf("filling the sandbox's mirror: %w", err)
		}
	}
	return nil
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
